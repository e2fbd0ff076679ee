export type LogLevel = "debug" | "info" | "warn" | "error";

/** Logs events, not sentences: `log.info("run.retried", { runId })`. Must not throw. */
export type Log = Readonly<Record<LogLevel, (event: string, fields?: Readonly<Record<string, unknown>>) => void>>;

/** A log that says with everything who tells it. */
export function withFields(log: Log, own: Readonly<Record<string, unknown>>): Log {
  return {
    debug: (event, fields) => log.debug(event, { ...own, ...fields }),
    info: (event, fields) => log.info(event, { ...own, ...fields }),
    warn: (event, fields) => log.warn(event, { ...own, ...fields }),
    error: (event, fields) => log.error(event, { ...own, ...fields }),
  };
}

const drop = (): void => undefined;
export const silentLog: Log = { debug: drop, info: drop, warn: drop, error: drop };
