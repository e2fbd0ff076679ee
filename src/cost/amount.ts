import { fromCount, type Metric } from "./budget.ts";

/** A count in words: `1,200 tokens`, `3 calls`, `12.5 s`, `0.42 EUR`. */
export function inWords(metric: Metric, count: number, currency: string | null): string {
  const amount = fromCount(metric, count);
  const most = metric === "money" ? 6 : metric === "seconds" ? 1 : 0;
  const text = amount.toLocaleString("en-US", { maximumFractionDigits: most });
  switch (metric) {
    case "tokens":
      return `${text} tokens`;
    case "calls":
      return `${text} ${amount === 1 ? "call" : "calls"}`;
    case "seconds":
      return `${text} s`;
    default:
      return `${text} ${currency ?? ""}`.trim();
  }
}
