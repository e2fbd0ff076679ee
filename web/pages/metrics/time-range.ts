const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const spans = ["1h", "6h", "24h", "7d", "30d"] as const;
export type Span = (typeof spans)[number];

const spanMs: Readonly<Record<Span, number>> = {
  "1h": hour,
  "6h": 6 * hour,
  "24h": day,
  "7d": 7 * day,
  "30d": 30 * day,
};

/** The time that charts show: up to now, or from one moment to another. */
export interface TimeRange {
  readonly span: Span;
  /** Of the span, where somebody looks closer. */
  readonly part: { readonly from: number; readonly to: number } | null;
}

// Shorter than what is counted in one go there is nothing to see.
const leastMs = minute;

export function rangeOf(values: Pick<URLSearchParams, "get">): TimeRange {
  const span = spans.find((known) => known === values.get("range")) ?? "6h";
  const [from, to] = [Number(values.get("from") ?? Number.NaN), Number(values.get("to") ?? Number.NaN)];
  return { span, part: to > from ? { from, to } : null };
}

/** What the address holds of a part that was chosen in a chart. */
export function partIn(from: number, to: number, now: number): { readonly from: string; readonly to: string } {
  const middle = (from + to) / 2;
  const half = Math.max(leastMs, to - from) / 2;
  return { from: String(Math.round(middle - half)), to: String(Math.round(Math.min(now, middle + half))) };
}

export function edgesOf({ span, part }: TimeRange, now: number): { readonly from: number; readonly to: number } {
  return part ?? { from: now - spanMs[span], to: now };
}

export function lengthOf({ span, part }: TimeRange): number {
  return part ? part.to - part.from : spanMs[span];
}

const second = 1_000;
// The last is a day: figures are kept by the day for good.
const steps = [10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 86_400].map((seconds) => seconds * second);
const usualCount = 120;

/** From one value to the next, so that a chart has about a hundred of them. */
export function stepOf(range: TimeRange): number {
  const length = lengthOf(range);
  return steps.find((stepMs) => length / stepMs <= usualCount) ?? day;
}

/** `90000` as PromQL writes it: `90s`. */
export function promDuration(ms: number): string {
  for (const [unit, size] of [
    ["d", day],
    ["h", hour],
    ["m", minute],
  ] as const)
    if (ms % size === 0) return `${ms / size}${unit}`;
  return `${Math.round(ms / second)}s`;
}
