import type { Log, LogLevel } from "../core/log.ts";
import type { Output } from "./output.ts";

type Fields = Readonly<Record<string, unknown>>;

// A trouble that lasts is tried again every few seconds; it is told this often.
const tellAgainMs = 30_000;

/** The product's log on a command's stderr: everything as JSON lines when verbose, else what a person has to know. */
export function createCommandLog(output: Pick<Output, "complain" | "say" | "color">, isVerbose: boolean): Log {
  const toldAt = new Map<string, number>();
  const asJson =
    (level: LogLevel) =>
    (event: string, fields: Fields = {}): void =>
      output.complain(JSON.stringify({ level, event, ...shown(fields) }));
  if (isVerbose) return { debug: asJson("debug"), info: asJson("info"), warn: asJson("warn"), error: asJson("error") };
  return {
    debug: drop,
    info(event, { message } = {}) {
      if (event.startsWith("host.") && typeof message === "string") output.say(`${output.color.dim("·")} ${message}`);
    },
    warn(event, fields = {}) {
      const text = waiting(event, fields, output);
      if (text === null) return;
      const before = toldAt.get(text);
      if (before !== undefined && performance.now() - before < tellAgainMs) return;
      toldAt.set(text, performance.now());
      output.complain(text);
    },
    error: (event, fields = {}) => output.complain(trouble(event, fields, output)),
  };
}

/** What is waited for, in words; null for what only a developer wants to know. */
function waiting(event: string, { message, code, pid }: Fields, { color }: Pick<Output, "color">): string | null {
  if (event === "host.waited_for") return `${color.yellow("!")} Waiting for process ${String(pid)}, which is ending …`;
  if (event === "host.settings_invalid") return `${color.yellow("!")} ${String(message)}  ${color.dim(event)}`;
  if (/^budget\.\w+_mark$/.test(event)) return `${color.yellow("!")} ${String(message)}  ${color.dim(event)}`;
  if (event !== "storage.waited_for") return null;
  const fix = "The work waits for it and goes on by itself; nothing that was stored is lost.";
  return `${color.yellow("!")} ${String(message)}  ${color.dim(String(code))}\n  ${fix}`;
}

function trouble(event: string, fields: Fields, { color }: Pick<Output, "color">): string {
  const details = Object.entries(shown(fields)).map(([key, value]) => `${key}: ${String(value)}`);
  return `${color.yellow("!")} ${details.join(", ")}  ${color.dim(event)}`;
}

function shown(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]),
  );
}

const drop = (): void => undefined;
