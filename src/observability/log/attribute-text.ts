import type { AttributeValue } from "../../core/trace.ts";

// A log line is for reading; whoever puts a whole answer into it gets its beginning.
const mostCharacters = 8_192;

/** A field of a log line as an attribute; undefined where there is nothing to keep. May throw, as reading the value may. */
export function toAttribute(value: unknown): AttributeValue | undefined {
  switch (typeof value) {
    case "string":
      return cut(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return String(value);
    case "object":
      return value === null ? undefined : ofObject(value);
    default:
      return undefined;
  }
}

function ofObject(value: object): AttributeValue | undefined {
  if (value instanceof Error) return cut(value.message);
  if (value instanceof Date) return value.toISOString();
  if (isTexts(value)) return value.map(cut);
  return cut(JSON.stringify(value, inner()) ?? "");
}

function isTexts(value: object): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
}

function inner(): (key: string, value: unknown) => unknown {
  return (_key, value) => {
    if (typeof value === "bigint") return String(value);
    return value instanceof Error ? value.message : value;
  };
}

function cut(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
