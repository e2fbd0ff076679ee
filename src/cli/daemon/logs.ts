import type { Command } from "commander";
import { TuttiError } from "../../core/error.ts";
import type { OnAction } from "../action.ts";
import { exitCodes } from "../exit-code.ts";
import { pause } from "../interrupt.ts";
import type { Invocation } from "../invocation.ts";
import type { Colors } from "../terminal-text.ts";
import { logPath } from "./log-file.ts";
import { lastLines, LogFollower } from "./log-reader.ts";

interface LogFlags {
  readonly follow?: boolean;
  readonly lines: string;
}

const usualLines = "50";
const mostLines = 100_000;
const lookAgainMs = 200;

export function addLogsCommand(program: Command, onAction: OnAction): void {
  program
    .command("logs")
    .description("Shows the daemon's log, the newest lines last")
    .option("-f, --follow", "go on with what comes, until Ctrl-C")
    .option("--lines <number>", "how many of the last lines", usualLines)
    .addHelpText("after", "\nExamples:\n  tutti logs\n  tutti logs -f --lines 10")
    .action((flags: LogFlags, command: Command) => onAction(command, (invocation) => showLogs(flags, invocation)));
}

async function showLogs({ follow = false, lines }: LogFlags, invocation: Invocation): Promise<number> {
  const count = toCount(lines);
  const home = await invocation.dataFolder({ write: follow });
  const path = home === null ? null : logPath(home);
  const follower = follow && path !== null ? new LogFollower(path) : null;
  const last = path === null ? [] : lastLines(path, count);
  if (follower) return followLog(last, follower, invocation);
  const { isJson, output } = invocation;
  if (isJson) output.data(JSON.stringify(last.map(toEntry), null, 2));
  else if (last.length === 0) output.say("No log yet: `tutti up` writes one.");
  else output.data(last.map((line) => presentLine(line, output.dataColor)).join("\n"));
  return exitCodes.ok;
}

async function followLog(last: readonly string[], follower: LogFollower, invocation: Invocation): Promise<number> {
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

function toCount(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= mostLines) return Number(text);
  throw new TuttiError("usage.invalid", `--lines ${text} is not a whole number from 0 to ${mostLines}`, {
    hint: "For example: tutti logs --lines 100",
  });
}

/** A line of the log; what a flow or Node has written beside it is text. */
function toEntry(line: string): Readonly<Record<string, unknown>> {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === "object" && entry !== null && "event" in entry) return { ...entry };
  } catch {
    // Not one of ours.
  }
  return { at: null, level: null, event: null, text: line };
}

const paints = { info: "dim", warn: "yellow", error: "red" } as const satisfies Record<string, keyof Colors>;

/** The log on a terminal: local time, what happened, and what is known of it. */
export function presentLine(line: string, color: Colors): string {
  const { at, level, event, text, message, ...fields } = toEntry(line);
  if (typeof at !== "string" || typeof event !== "string") return typeof text === "string" ? text : line;
  const name = String(level);
  const paint = name === "warn" || name === "error" || name === "info" ? color[paints[name]] : color.dim;
  const details = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const words = [...(typeof message === "string" ? [message] : []), ...(message === undefined ? details : [])];
  return `${color.dim(timeOf(at))} ${paint(name.padEnd(5))} ${event}  ${words.join(" ")}`.trimEnd();
}

function timeOf(at: string): string {
  const time = new Date(at);
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
