import { table, type TableLook } from "./table.ts";

interface ShownEvent {
  readonly sequence: number;
  readonly time: string;
  readonly type: string;
  readonly subject: string;
  readonly data: unknown;
}

interface ShownLive {
  readonly live: { readonly key: string | null; readonly type: string; readonly data: unknown };
}

/** Stored events, a row each. */
export function eventCells(events: readonly ShownEvent[], look: TableLook): string {
  const rows = events.map(({ sequence, time, type, subject, data }) => [
    String(sequence),
    clockText(time),
    type,
    subject,
    dataText(data),
  ]);
  return table(["number", "time", "type", "about", ""], rows, look);
}

/** One event of a tail: a line of the same columns, as wide as they come. */
export function presentEvent(event: ShownEvent | ShownLive, { color }: TableLook): string {
  if ("live" in event) {
    const { key, type, data } = event.live;
    return color.dim(`      ${[key ?? "", type, dataText(data)].filter(Boolean).join("  ")}`);
  }
  const { sequence, time, type, subject, data } = event;
  // One line each, whatever the data hold: a line break in a text would make a line that looks like an event.
  return `${String(sequence).padStart(5)} ${color.dim(clockText(time))} ${type}  ${subject}  ${color.dim(dataText(data))}`.trimEnd();
}

function clockText(time: string): string {
  return time.replace("T", " ").slice(0, 23);
}

function dataText(data: unknown): string {
  if (data === null || data === undefined) return "";
  if (typeof data !== "object") return JSON.stringify(data);
  return Object.entries(data)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ")
    .replaceAll(/\s+/g, " ");
}
