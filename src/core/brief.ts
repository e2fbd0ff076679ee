const longestBrief = 120;

/** A short word on a value, such as a run's input: what tells it from the next one in a list. Null where there is nothing to say. */
export function briefOf(input: unknown): string | null {
  const text = isRecord(input) ? entriesText(Object.entries(input)) : valueText(input);
  return text === "" ? null : oneLine(text, longestBrief);
}

/** Without line breaks, cut to so many bytes between two characters; a NUL, which Postgres stores in no text, is shown as such. */
export function oneLine(text: string, mostBytes: number): string {
  // What is far beyond the limit need not be looked at: one character has a byte at least.
  const line = text
    .slice(0, mostBytes * 2)
    .replaceAll(/\s+/g, " ")
    .replaceAll("\0", "\uFFFD")
    .trim();
  if (Buffer.byteLength(line) <= mostBytes) return line;
  const bytes = Buffer.from(line).subarray(0, mostBytes - 3);
  return `${new TextDecoder().decode(bytes).replace(/\uFFFD+$/, "")}…`;
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
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
