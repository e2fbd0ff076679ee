import type { Labels } from "./rule.ts";

/** Labels as one text: equal labels give equal text. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(sorted(labels));
}

export function sorted(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** `flow triage, model ollama/llama3.2`; empty where there are none. */
export function labelsInWords(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
