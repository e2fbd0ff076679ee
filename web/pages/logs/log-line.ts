/** A line of the log as the daemon gives it. */
export interface LogLine {
  readonly seq: number;
  readonly at: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly message: string;
  readonly service: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly run: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

// The line has them already, or they fill it.
const leftOut: ReadonlySet<string> = new Set(["tutti.run.id", "exception.type", "exception.stacktrace"]);

/** What a line says in words: its message, or its fields; and why, where something was thrown. */
export function wordsOf({ message, attributes }: Pick<LogLine, "message" | "attributes">): string {
  const { "exception.message": thrown, ...others } = attributes;
  const fields = Object.entries(others)
    .filter(([name]) => !leftOut.has(name))
    .map(([name, value]) => `${name} ${textOf(value)}`);
  const words = message === "" ? fields.join(", ") : message;
  return [words, thrown === undefined ? "" : textOf(thrown)].filter(Boolean).join(": ").replaceAll(/\s+/g, " ");
}

/** The fields of a line, the longest last. */
export function fieldsOf({
  attributes,
}: Pick<LogLine, "attributes">): readonly (readonly [name: string, text: string])[] {
  return Object.entries(attributes)
    .map(([name, value]) => [name, textOf(value)] as const)
    .toSorted(([, a], [, b]) => Number(isLong(a)) - Number(isLong(b)));
}

// What fits beside a name.
const shortText = 72;

export function isLong(text: string): boolean {
  return text.length > shortText || text.includes("\n");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
