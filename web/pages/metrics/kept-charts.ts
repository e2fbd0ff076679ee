import { signal } from "@preact/signals";
import { choiceIn, textOf, type ChartChoice } from "./chart-choice.ts";

const storageKey = "tutti.charts";
const mostKept = 20;

/** Charts that this browser keeps on the page, the newest first. */
export const keptCharts = signal(read());

export function isKept(choice: ChartChoice): boolean {
  return keptCharts.value.includes(textOf(choice));
}

/** Keeps a chart, or no longer does. */
export function keep(choice: ChartChoice, isWanted: boolean): void {
  const text = textOf(choice);
  const others = keptCharts.value.filter((other) => other !== text);
  keptCharts.value = isWanted ? [text, ...others].slice(0, mostKept) : others;
  localStorage.setItem(storageKey, JSON.stringify(keptCharts.value));
}

function read(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    const texts = Array.isArray(kept) ? kept.filter((text) => typeof text === "string") : [];
    return texts.filter((text) => choiceIn(new URLSearchParams(text)) !== null).slice(0, mostKept);
  } catch {
    // Somebody has written something else there; it is not worth more than an empty list.
    return [];
  }
}
