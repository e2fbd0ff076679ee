/** A stored event or something that was told once, as a line of the log. */
export interface LogLine {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  /** The step it is about. */
  readonly key: string;
  readonly words: string;
  readonly tone: "plain" | "fail" | "cue" | "live";
}

export interface LoggedEvent {
  readonly type: string;
  readonly time: string;
  readonly sequence: number;
  readonly data: unknown;
}

export function lineOf({ type, time, sequence, data }: LoggedEvent): LogLine {
  const record = toRecord(data);
  const status = text(record["status"]);
  return {
    id: String(sequence),
    at: Date.parse(time),
    type: type.replace(/^tutti\./, ""),
    key: text(record["key"]) || text(record["step"]),
    words: wordsOf(type, record),
    tone: toneOf(type, status),
  };
}

function wordsOf(type: string, record: Readonly<Record<string, unknown>>): string {
  if (type === "tutti.step.finished") return [text(record["kind"]), text(record["status"])].filter(Boolean).join(", ");
  return Object.entries(record)
    .filter(([name, value]) => name !== "key" && name !== "step" && value !== null)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ")
    .slice(0, 240);
}

function toneOf(type: string, status: string): LogLine["tone"] {
  if (status === "failed" || type.endsWith(".failed")) return "fail";
  return type.startsWith("tutti.review.") ? "cue" : "plain";
}

function toRecord(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? { ...data } : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** One JSON value a line, as `tutti event list` would give them. */
export function toNdjson(events: readonly LoggedEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
