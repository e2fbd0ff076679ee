import { formatMs } from "../../core/duration.ts";
import { amount, money } from "./amount.ts";
import { table, type TableLook } from "./table.ts";

interface ShownCost {
  readonly by: string;
  readonly since: string | null;
  readonly timeZone: string;
  readonly prices: { readonly date: string; readonly currency: string } | null;
  readonly inFlight: number;
  readonly keptSince: string | null;
  readonly rows: readonly ShownRow[];
}

interface ShownRow {
  readonly key: string | null;
  readonly calls: number;
  readonly estimated: number;
  readonly estimatedTokens: number;
  readonly unknown: number;
  readonly unpriced: number;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly totalMs: number | null;
  readonly money: number | null;
  readonly currency: string | null;
}

/** What models have used, a row for each group. What is not known says so, and is no zero. */
export function presentCost(cost: ShownCost, look: TableLook): string {
  const { by, since, timeZone, prices, inFlight, rows, keptSince } = cost;
  const { dim } = look.color;
  const from = since === null ? "" : ` since ${since}`;
  const isDetailed = since === null || by === "run" || by === "step";
  const gone = isDetailed ? older(keptSince) : "";
  if (rows.length === 0) return `No model has been called${from} (${timeZone}).${open(inFlight)}${gone}`;
  const heads = [by, "calls", "in", "cached", "out", "reasoning", "time", "money", ""];
  const priced = prices ? `prices of ${prices.date} in ${prices.currency}` : "no price list: cost.prices in tutti.yaml";
  return [
    table(heads, rows.map(cells), look),
    "",
    dim(`${since === null ? "" : `From ${since}, `}days in ${timeZone}; ${priced}.${open(inFlight)}${gone}`),
  ].join("\n");
}

function cells(row: ShownRow): string[] {
  const { key, calls, inputTokens, cachedTokens, outputTokens, reasoningTokens, totalMs, currency } = row;
  return [
    key ?? "–",
    amount(calls),
    amount(inputTokens),
    amount(cachedTokens),
    amount(outputTokens),
    amount(reasoningTokens),
    totalMs === null ? "unknown" : formatMs(totalMs),
    row.money === null ? "unknown" : money(row.money, currency),
    remarks(row),
  ];
}

function remarks({ calls, estimated, estimatedTokens, unknown, unpriced, money: paid }: ShownRow): string {
  return [
    estimated > 0 ? `${estimated} cut off: up to ${amount(estimatedTokens)} tokens more` : "",
    unknown > 0 ? `${unknown} of unknown size` : "",
    unpriced > 0 && paid !== null && unpriced < calls ? `${unpriced} without a price` : "",
  ]
    .filter(Boolean)
    .join("; ");
}

/** What is no longer known call by call is no zero. */
function older(keptSince: string | null): string {
  return keptSince === null ? "" : ` Single calls from before ${keptSince} are no longer kept, only their sums by day.`;
}

function open(inFlight: number): string {
  return inFlight === 0 ? "" : ` ${inFlight} ${inFlight === 1 ? "call has" : "calls have"} not ended.`;
}
