import type { JsonSchema } from "../chat-model.ts";
import { isRecord, typesOf } from "./fit.ts";

export interface Scalar {
  readonly value: unknown;
  readonly change: string;
}

/** A single value as the schema's type, if it can only mean one; undefined where it is to be left alone. */
export function toScalar(value: unknown, schema: JsonSchema): Scalar | undefined {
  const choices = choicesOf(schema);
  if (choices) return toChoice(value, choices);
  const [type] = typesOf(schema);
  switch (type) {
    case "number":
    case "integer":
      return toNumber(value, type);
    case "boolean":
      return toBoolean(value);
    case "string":
      return toText(value);
    case "null":
      return isNoneText(value) ? { value: null, change: "text to null" } : undefined;
    default:
      return undefined;
  }
}

function choicesOf(schema: JsonSchema): readonly unknown[] | undefined {
  if (Array.isArray(schema["enum"])) return schema["enum"];
  return "const" in schema ? [schema["const"]] : undefined;
}

/** The one choice that differs in case, spaces and dashes only, or in being a text. */
function toChoice(value: unknown, choices: readonly unknown[]): Scalar | undefined {
  if (!["string", "number", "boolean"].includes(typeof value)) return undefined;
  const meant = choices.filter((choice) => plain(choice) === plain(value));
  const [only] = meant;
  if (only === undefined || meant.length > 1) return undefined;
  return { value: only, change: `${JSON.stringify(value)} taken as ${JSON.stringify(only)}` };
}

function plain(value: unknown): string {
  return String(value)
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, "");
}

const numeral = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
// "1,000" is a thousand and "1,5" is not for us to guess.
const grouped = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;

function toNumber(value: unknown, type: "number" | "integer"): Scalar | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const digits = grouped.test(text) ? text.replaceAll(",", "") : text;
  if (!numeral.test(digits)) return undefined;
  const number = Number(digits);
  if (!Number.isFinite(number) || (type === "integer" && !Number.isSafeInteger(number))) return undefined;
  return { value: number, change: "text to number" };
}

function toBoolean(value: unknown): Scalar | undefined {
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (text !== "true" && text !== "false") return undefined;
  return { value: text === "true", change: "text to boolean" };
}

function toText(value: unknown): Scalar | undefined {
  if (typeof value === "number" || typeof value === "boolean") {
    return { value: String(value), change: `${typeof value} to text` };
  }
  // The content of a JSON file, as which models write the object itself.
  if (isRecord(value)) return { value: JSON.stringify(value, null, 2), change: "object to JSON text" };
  return undefined;
}

function isNoneText(value: unknown): boolean {
  return typeof value === "string" && /^(?:null|none)$/i.test(value.trim());
}
