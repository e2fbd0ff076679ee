import { exitCodes } from "../exit-code.ts";
import { pause } from "../interrupt.ts";
import type { Invocation } from "../invocation.ts";
import { presentLogLine } from "../present/log.ts";
import type { Colors } from "../terminal-text.ts";
import { logPath } from "./log-file.ts";
import { lastLines, LogFollower } from "./log-reader.ts";

const lookAgainMs = 200;

export interface RawLogFlags {
  readonly follow: boolean;
  /** How many of the last lines. */
  readonly lines: number;
}

/** The daemon's file as it is, with what flows and Node have written beside the lines of the log. */
export async function showRawLog({ follow, lines }: RawLogFlags, invocation: Invocation): Promise<number> {
  const home = await invocation.dataFolder({ write: follow });
  const path = home === null ? null : logPath(home);
  const follower = follow && path !== null ? new LogFollower(path) : null;
  const last = path === null ? [] : lastLines(path, lines);
  if (follower) return followFile(last, follower, invocation);
  const { isJson, output } = invocation;
  if (isJson) output.data(JSON.stringify(last.map(toEntry), null, 2));
  else if (last.length === 0) output.say("No log yet: `tutti up` writes one.");
  else output.data(last.map((line) => presentLine(line, output.dataColor)).join("\n"));
  return exitCodes.ok;
}

async function followFile(last: readonly string[], follower: LogFollower, invocation: Invocation): Promise<number> {
  using interrupt = invocation.interrupt.hold();
  const { isJson, output } = invocation;
  const show = (lines: readonly string[]): void => {
    for (const line of lines) output.data(isJson ? JSON.stringify(toEntry(line)) : presentLine(line, output.dataColor));
  };
  show(last);
  while (!interrupt.signal.aborted) {
    await pause(lookAgainMs, interrupt);
    show(follower.next());
  }
  return interrupt.exitCode();
}

/** A line of the file; what a flow or Node has written beside it is text. */
function toEntry(line: string): Readonly<Record<string, unknown>> {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === "object" && entry !== null && "event" in entry) return { ...entry };
  } catch {
    // Not one of ours.
  }
  return { at: null, level: null, event: null, text: line };
}

/** A line of the file on a terminal. */
export function presentLine(line: string, color: Colors): string {
  const { at, level, event, text, message, ...fields } = toEntry(line);
  if (typeof at !== "string" || typeof event !== "string") return typeof text === "string" ? text : line;
  const words = typeof message === "string" ? { message } : {};
  return presentLogLine({ at: new Date(at), level: String(level), event, ...words, fields }, color);
}
