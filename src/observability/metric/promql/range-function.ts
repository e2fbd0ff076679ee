import type { FunctionName } from "./expression.ts";
import { lastUpTo, type LoadedSeries } from "./loaded.ts";

/** What a function over time sees of a series. */
export interface Window {
  readonly series: LoadedSeries;
  /** From here on, exclusive, to `to`, inclusive. */
  readonly from: number;
  readonly to: number;
  /** Length of the stored intervals. */
  readonly resolutionMs: number;
  /** Up to where everything that has happened is stored. */
  readonly storedTo: number;
  /** How old a figure may be and still stand for now. */
  readonly staleAfterMs: number;
}

export type RangeFunction = (window: Window) => number | null;

type RangeName = Extract<FunctionName, "rate" | "increase" | "delta" | `${string}_over_time`>;

const ranges: Readonly<Record<RangeName, RangeFunction>> = {
  rate(window) {
    const added = increase(window);
    return added === null ? null : added / ((window.to - window.from) / 1_000);
  },
  increase,
  delta,
  avg_over_time: (window) => overTime(window, (values) => values.reduce(add, 0) / values.length),
  sum_over_time: (window) => overTime(window, (values) => values.reduce(add, 0)),
  count_over_time: (window) => overTime(window, (values) => values.length),
  last_over_time: (window) => overTime(window, (values) => values.at(-1) ?? null),
  min_over_time: (window) => overTime({ ...window, pick: "min" }, (values) => values.reduce((a, b) => Math.min(a, b))),
  max_over_time: (window) => overTime({ ...window, pick: "max" }, (values) => values.reduce((a, b) => Math.max(a, b))),
};

export function rangeFunction(name: FunctionName): RangeFunction | null {
  return isRange(name) ? ranges[name] : null;
}

function isRange(name: FunctionName): name is RangeName {
  return Object.hasOwn(ranges, name);
}

const add = (total: number, value: number): number => total + value;

function overTime(
  { series, from, to, pick = "value" }: Window & { readonly pick?: "value" | "min" | "max" },
  combine: (values: readonly number[]) => number | null,
): number | null {
  const values = series[pick].slice(lastUpTo(series.at, from) + 1, lastUpTo(series.at, to) + 1);
  return values.length === 0 ? null : combine(values);
}

/**
 * What a count has grown by. Prometheus has to guess what happened before the first and after the last sample of the
 * window; here the additions themselves are stored, so nothing is guessed but what is not stored yet: the end of a
 * window that reaches into the present is taken to go on as the rest.
 */
function increase(window: Window): number | null {
  const { series, from, to, resolutionMs, storedTo, staleAfterMs } = window;
  if (series.kind === "level") return levelIncrease(window);
  const newest = series.at[lastUpTo(series.at, to)];
  if (newest === undefined || newest <= Math.min(from, to - staleAfterMs)) return null;
  const end = Math.max(from, Math.min(to, storedTo));
  const added = totalAt(series, end, resolutionMs) - totalAt(series, from, resolutionMs);
  const isPending = to - end > 0 && to - end <= resolutionMs * 1.1 && end - from >= (to - from) / 2;
  return isPending ? (added * (to - from)) / (end - from) : added;
}

/** All that was added up to a time; inside of an interval by its share. */
function totalAt({ at, value, base }: LoadedSeries, time: number, resolutionMs: number): number {
  const before = lastUpTo(at, time);
  const total = before < 0 ? base : (value[before] ?? base);
  const next = at[before + 1];
  if (next === undefined || next - resolutionMs >= time) return total;
  const begin = Math.max(next - resolutionMs, at[before] ?? -Infinity);
  return total + ((value[before + 1] ?? total) - total) * ((time - begin) / (next - begin));
}

/** A gauge that is used as a counter: what goes down has begun anew. */
function levelIncrease({ series, from, to }: Window): number | null {
  const [first, last] = [lastUpTo(series.at, from) + 1, lastUpTo(series.at, to)];
  if (last <= first) return null;
  let grown = 0;
  for (let at = first + 1; at <= last; at += 1) {
    const [before = 0, value = 0] = [series.value[at - 1], series.value[at]];
    grown += value < before ? value : value - before;
  }
  return grown * stretch(series.at, { first, last, from, to });
}

function delta({ series, from, to }: Window): number | null {
  const [first, last] = [lastUpTo(series.at, from) + 1, lastUpTo(series.at, to)];
  if (last <= first) return null;
  const change = (series.value[last] ?? 0) - (series.value[first] ?? 0);
  return change * stretch(series.at, { first, last, from, to });
}

interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
}

/** As Prometheus does it: up to the window's ends where samples come near them, else by half an interval. */
function stretch(times: readonly number[], { first, last, from, to }: Stretch): number {
  const [start = from, end = to] = [times[first], times[last]];
  const sampled = end - start;
  const between = sampled / (last - first);
  const near = (gap: number): number => (gap < between * 1.1 ? gap : between / 2);
  return (sampled + near(start - from) + near(to - end)) / sampled;
}
