import { amount, money } from "./amount.ts";
import { table, type TableLook } from "./table.ts";

interface ShownAdvice {
  readonly model: string;
  readonly isAble: boolean;
  readonly isWithinBudgets: boolean;
  readonly why: string | null;
  readonly quality: number | null;
  readonly msPerToken: number | null;
  readonly calls: number;
  readonly price: {
    readonly currency: string;
    readonly input?: number;
    readonly output?: number;
    readonly perHour?: number;
    readonly perSecond?: number;
  } | null;
  readonly loaded: boolean;
}

/** Models, best first, with what is known of them. */
export function presentAdvice(advice: readonly ShownAdvice[], look: TableLook): string {
  const rows = advice.map((row, index) => [
    row.isAble && row.isWithinBudgets ? String(index + 1) : "–",
    row.model,
    row.quality === null ? "unknown" : row.quality.toFixed(2),
    row.msPerToken === null ? "unknown" : `${row.msPerToken.toFixed(1)} ms`,
    amount(row.calls),
    priceOf(row.price),
    row.loaded ? "yes" : "no",
    row.why ?? "",
  ]);
  return table(["", "model", "quality", "a token", "calls", "price", "loaded", ""], rows, look);
}

function priceOf(price: ShownAdvice["price"]): string {
  if (!price) return "unknown";
  const { currency, input, output, perHour, perSecond } = price;
  return [
    input === undefined ? "" : `${money(input, null)} / ${money(output ?? 0, null)} ${currency} a million`,
    perHour === undefined ? "" : `${money(perHour, currency)} an hour`,
    perSecond === undefined ? "" : `${money(perSecond, currency)} a second`,
  ]
    .filter(Boolean)
    .join(", ");
}
