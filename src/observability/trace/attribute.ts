import type { Attributes } from "../../core/trace.ts";

/** Characters of one value; what is longer is cut, and says so. */
export const longestValue = 131_072;
/** Attributes of one span, and values of one list. */
export const mostAttributes = 128;
const mostValues = 1_000;

/** As records have them, and as OpenTelemetry's API takes them, which wants lists of its own. */
export type KeptAttributes = Record<string, KeptValue>;
type KeptValue = string | number | boolean | string[] | number[] | boolean[];

/** What can be kept of attributes. A value that cannot be read or is of no kind that a span may have is left out. */
export function toRecordAttributes(attributes: Attributes | Readonly<Record<string, unknown>>): KeptAttributes {
  const kept: KeptAttributes = {};
  let count = 0;
  for (const name of Object.keys(attributes)) {
    if (count === mostAttributes) break;
    const value = readValue(attributes, name);
    if (value === undefined) continue;
    kept[name] = value;
    count++;
  }
  return kept;
}

function readValue(attributes: Readonly<Record<string, unknown>>, name: string): KeptValue | undefined {
  try {
    return toValue(attributes[name]);
  } catch {
    // A getter of somebody else's object threw: a span without this value is better than a step that fails for it.
    return undefined;
  }
}

function toValue(value: unknown): KeptValue | undefined {
  if (Array.isArray(value)) return toList(value);
  return toScalar(value);
}

function toScalar(value: unknown): string | number | boolean | undefined {
  if (typeof value === "string") return cut(value);
  if (typeof value === "boolean") return value;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A list is of one kind, as the conventions have it; anything else becomes a list of texts. */
function toList(values: readonly unknown[]): KeptValue {
  const scalars = values.slice(0, mostValues).flatMap((value) => toScalar(value) ?? []);
  if (scalars.every((value) => typeof value === "number")) return scalars;
  if (scalars.every((value) => typeof value === "boolean")) return scalars;
  return scalars.map(String);
}

export function cut(text: string): string {
  if (text.length <= longestValue) return text;
  const note = ` … ${text.length - longestValue} characters more`;
  return text.slice(0, longestValue - note.length) + note;
}
