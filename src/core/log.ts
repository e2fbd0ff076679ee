export type LogLevel = "debug" | "info" | "warn" | "error";

/** Logs events, not sentences: `log.info("run.retried", { runId })`. Must not throw. */
export type Log = Readonly<Record<LogLevel, (event: string, fields?: Readonly<Record<string, unknown>>) => void>>;

const drop = (): void => undefined;
export const silentLog: Log = { debug: drop, info: drop, warn: drop, error: drop };
