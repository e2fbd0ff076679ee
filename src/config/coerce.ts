import { parse } from "yaml";
import { alternatives } from "./json-schema.ts";
import type { SettingSchema } from "./json-schema.ts";

/**
 * Text of the environment or a flag as the value that a setting takes: numbers, `true`/`yes`/`on`/`1`, lists with commas,
 * objects as YAML or JSON. What does not fit stays text, so that the schema can say what is wrong with it.
 */
export function coerce(text: string, schema: SettingSchema): unknown {
  for (const form of alternatives(schema)) {
    const value = coerceTo(text.trim(), form);
    if (value !== undefined) return value;
  }
  return text;
}

function coerceTo(text: string, schema: ReturnType<typeof alternatives>[number]): unknown {
  if (schema.enum || schema.const !== undefined) {
    return [...(schema.enum ?? []), schema.const].find(
      (value) => (value !== undefined && value === text) || JSON.stringify(value) === text,
    );
  }
  switch (schema.type) {
    case "number":
    case "integer":
      return text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case "boolean":
      return booleans.get(text.toLowerCase());
    case "array":
      return toList(text, schema.items ?? {});
    case "object":
      return parseYaml(text);
    case "null":
      return text === "null" ? null : undefined;
    default:
      // Among the forms of a union, text is tried in its turn: "5m" or 300 stays what it is for both.
      return schema.type === undefined ? parseYaml(text) : undefined;
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0"].map((word) => [word, false] as const),
]);

function toList(text: string, items: SettingSchema): unknown {
  if (text.startsWith("[")) return parseYaml(text);
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => coerce(part, items));
}

function parseYaml(text: string): unknown {
  try {
    const value: unknown = parse(text, { logLevel: "silent" });
    return value;
  } catch {
    return undefined; // stays text, and the schema says what it should be
  }
}
