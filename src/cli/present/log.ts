import type { Colors } from "../terminal-text.ts";

/** A line of a log, however it was kept. */
export interface ShownLine {
  readonly at: Date;
  readonly level: string;
  readonly event: string;
  readonly message?: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** As the operations give it. */
export interface KeptLine {
  readonly at: number;
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly service: string;
  readonly run: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const paints = { info: "dim", warn: "yellow", error: "red" } as const satisfies Record<string, keyof Colors>;

/** The log on a terminal: local time, what happened, and what is known of it. */
export function presentLogLine({ at, level, event, message, fields }: ShownLine, color: Colors): string {
  const paint = level === "warn" || level === "error" || level === "info" ? color[paints[level]] : color.dim;
  const words = message === undefined ? fieldsText(fields) : message;
  return `${color.dim(timeOf(at))} ${paint(level.padEnd(5))} ${event}  ${words}`.trimEnd();
}

// Told already, or too long for a line: `tutti logs --json` has all of it.
const leftOut = ["tutti.run.id", "exception.type", "exception.message", "exception.stacktrace"];

/** The same for a kept line, with its error and the run that it is about. */
export function presentKeptLine(
  { at, level, event, message, service, run, attributes }: KeptLine,
  color: Colors,
): string {
  const others = Object.entries(attributes).filter(([name]) => !leftOut.includes(name));
  const { "exception.message": thrown, "exception.type": type } = attributes;
  const words = [
    message === "" ? fieldsText(Object.fromEntries(others)) : message,
    typeof thrown === "string" ? `${typeof type === "string" ? type : "Error"}: ${thrown}` : "",
    run === null ? "" : color.dim(run),
    service === "tutti" ? "" : color.dim(service),
  ];
  const text = words
    .filter(Boolean)
    .join("  ")
    .replaceAll(/\s*\n\s*/g, " ");
  return presentLogLine({ at: new Date(at), level, event, message: text, fields: {} }, color);
}

function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

function timeOf(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
