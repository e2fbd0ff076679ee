import { appendFileSync, copyFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Log, LogLevel } from "../../core/log.ts";
import { systemClock } from "../../core/clock.ts";

// With the one before it, twice this is the most that logs take.
const mostBytes = 5_000_000;
const lookAtSizeMs = 60_000;

export function logPath(home: string): string {
  return join(home, "tutti.log");
}

/** What the log was before it was begun anew. */
export function oldLogPath(path: string): string {
  return `${path}.1`;
}

export interface FileLog extends Disposable {
  readonly log: Log;
}

/**
 * The daemon's log: JSON lines in a file that only its user may read. A full file is copied aside and emptied, not
 * renamed: the standard output of a background process is the same file, and stays open.
 */
export function openFileLog(path: string, { capBytes = mostBytes }: { readonly capBytes?: number } = {}): FileLog {
  const write =
    (level: LogLevel) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const at = new Date(systemClock.now()).toISOString();
      append(`${JSON.stringify({ at, level, event, ...plain(fields) })}\n`);
    };
  const append = (line: string): void => {
    try {
      appendFileSync(path, line, { mode: 0o600 });
      turnOver(path, capBytes);
    } catch {
      // A full disk or a folder that is gone is told by what the host does, and a log must not stop that.
    }
  };
  // A flow's own output comes here, too, and tells nobody.
  const timer = setInterval(() => append(""), lookAtSizeMs);
  timer.unref();
  return {
    log: { debug: () => undefined, info: write("info"), warn: write("warn"), error: write("error") },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** In one piece: nobody of this process writes in between. */
function turnOver(path: string, capBytes: number): void {
  if (statSync(path).size <= capBytes) return;
  copyFileSync(path, oldLogPath(path));
  truncateSync(path, 0);
}

function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]),
  );
}

/** Tells several logs the same. */
export function bothLogs(first: Log, second: Log): Log {
  const tell =
    (level: LogLevel): Log[LogLevel] =>
    (event, fields) => {
      first[level](event, fields);
      second[level](event, fields);
    };
  return { debug: tell("debug"), info: tell("info"), warn: tell("warn"), error: tell("error") };
}
