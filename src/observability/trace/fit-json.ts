import { longestValue } from "./attribute.ts";
import type { Redact } from "./redact.ts";

/** Characters that a text may have before it is cut: less and less, until all of it fits. */
const steps = [longestValue, 16_384, 2_048, 256] as const;

/** JSON that fits into an attribute and stays JSON: long texts in it are cut, and say by how much. */
export function fitJson(value: unknown, redact: Redact): string {
  for (const longest of steps) {
    const json = JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "string" ? short(redact(inner), longest) : inner,
    );
    if (json === undefined) return "null";
    if (json.length <= longestValue) return json;
  }
  const parts = Array.isArray(value) ? value.length : 1;
  return JSON.stringify({ left_out: `${parts} parts of more than ${longestValue} characters` });
}

function short(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)} … ${text.length - longest} characters more`;
}
