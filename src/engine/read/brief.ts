import { formatMs } from "../../core/duration.ts";

const longestBrief = 120;
const longestSummary = 200;

/** A short word on a run's input: what tells it from the next one in a list. Null where there is nothing to say. */
export function briefOf(input: unknown): string | null {
  const text = isRecord(input) ? entriesText(Object.entries(input)) : valueText(input);
  return text === "" ? null : oneLine(text, longestBrief);
}

/** What a run's row says of why it is where it is. */
export interface SummaryFacts {
  readonly status: string;
  readonly brief: string | null;
  readonly error: { readonly code: string; readonly step: string | null; readonly message: string } | null;
  readonly waits: readonly SummaryWait[];
  readonly now: number;
}

/** Open waits of one kind: how many, and the first of them. */
export interface SummaryWait {
  readonly kind: string;
  readonly count: number;
  readonly name: string;
  readonly event: string | null;
  readonly dueAt: number | null;
  /** Of a review. */
  readonly title?: string | undefined;
}

/** One line of at most 200 bytes: why it failed and in which step, what it waits for, or a short word on its input. */
export function summaryOf({ status, brief, error, waits, now }: SummaryFacts): string {
  if (error !== null && ["failed", "paused", "cancelled"].includes(status)) {
    const where = error.step === null ? "" : `${error.step}: `;
    return oneLine(`${where}${error.message}`, longestSummary);
  }
  const [first] = waits;
  if (status === "waiting" && first) {
    const count = waits.reduce((sum, wait) => sum + wait.count, 0);
    return oneLine(`${waitText(first, now)}${count > 1 ? ` and ${count - 1} more` : ""}`, longestSummary);
  }
  return oneLine(brief ?? "", longestSummary);
}

/** Without line breaks, cut to so many bytes between two characters. */
export function oneLine(text: string, mostBytes: number): string {
  // What is far beyond the limit need not be looked at: one character has a byte at least.
  const line = text
    .slice(0, mostBytes * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  if (Buffer.byteLength(line) <= mostBytes) return line;
  const bytes = Buffer.from(line).subarray(0, mostBytes - 3);
  return `${new TextDecoder().decode(bytes).replace(/\uFFFD+$/, "")}…`;
}

function waitText({ kind, name, event, dueAt, title }: SummaryWait, now: number): string {
  const until = dueAt === null ? "" : `, ${dueAt > now ? `${formatMs(dueAt - now)} left` : "due now"}`;
  switch (kind) {
    case "review":
      return `waits for you: ${title ?? name}${until}`;
    case "sleep":
      return `sleeps${until}`;
    case "waitFor":
      return `waits for the event ${event ?? name}${until}`;
    case "flow":
      return `waits for a run of ${name}`;
    default:
      return `waits in ${name}${until}`;
  }
}

function entriesText(entries: readonly (readonly [string, unknown])[]): string {
  return entries
    .slice(0, 8)
    .map(([key, value]) => `${key}: ${valueText(value)}`)
    .join(", ");
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value.slice(0, longestBrief * 2);
  if (Array.isArray(value)) return `${value.length} ${value.length === 1 ? "item" : "items"}`;
  if (isRecord(value)) return `{ ${Object.keys(value).slice(0, 4).join(", ")} }`;
  return String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
