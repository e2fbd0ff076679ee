import type { Log, LogLevel } from "../../core/log.ts";

export type KeepLine = (level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>) => void;

const ranks = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<LogLevel, number>;

/** The same log, whose lines are handed on from a level up. */
export function keptLog(log: Log, least: LogLevel, keep: KeepLine): Log {
  const tell =
    (level: LogLevel): Log[LogLevel] =>
    (event, fields = {}) => {
      log[level](event, fields);
      keep(level, event, fields);
    };
  const at = (level: LogLevel): Log[LogLevel] => (ranks[level] < ranks[least] ? log[level] : tell(level));
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
