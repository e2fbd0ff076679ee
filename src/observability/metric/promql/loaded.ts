import type { Labels } from "../../../core/metric.ts";
import type { Series } from "../../store/telemetry-store.ts";
import { numberText } from "../exposition.ts";
import { toLabelSet, type LabelSet } from "./label-set.ts";

/** What a figure stood at, at the ends of intervals, oldest first. */
export interface LoadedSeries {
  readonly set: LabelSet;
  /** A level goes up and down; a count only says what was added, and `value` is all that came up to its time. */
  readonly kind: "level" | "count";
  readonly at: readonly number[];
  readonly value: readonly number[];
  /** Of levels: the least and the most inside of each interval. */
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** What a count stood at before its first interval here. */
  readonly base: number;
}

export type HistogramPart = "bucket" | "sum" | "count";

export interface Named {
  /** As the selector has it, with the suffix of a histogram's part. */
  readonly name: string;
  readonly part: HistogramPart | null;
}

/** What is added before the first interval, by `labelKey` and bound. */
export type Bases = (set: LabelSet) => number;

/** A stored series as Prometheus would know it: a histogram is one for each bucket, a sum and a count. */
export function toLoaded(series: Series, named: Named, base: Bases): LoadedSeries[] {
  const first = series.points[0]?.point.type;
  const labels = { __name__: named.name, ...series.labels };
  if (first === "histogram") {
    if (named.part === "bucket") return bucketsOf(series, labels, base);
    return named.part === null ? [] : [countOf(series, labels, { value: partOf(named.part), base })];
  }
  if (named.part !== null || first === undefined) return [];
  return [first === "gauge" ? levelOf(series, labels) : countOf(series, labels, { value: partOf("sum"), base })];
}

type StoredPoint = Series["points"][number]["point"];

function levelOf({ points }: Series, labels: Labels): LoadedSeries {
  const levels = points.flatMap(({ at, point }) => (point.type === "gauge" ? [{ at, ...point }] : []));
  return {
    set: toLabelSet(labels),
    kind: "level",
    at: levels.map(({ at }) => at),
    value: levels.map(({ last }) => last),
    min: levels.map(({ min }) => min),
    max: levels.map(({ max }) => max),
    base: 0,
  };
}

interface Counting {
  readonly value: (point: StoredPoint) => number;
  readonly base: Bases;
}

function countOf({ points }: Series, labels: Labels, { value, base }: Counting): LoadedSeries {
  const set = toLabelSet(labels);
  const start = base(set);
  let total = start;
  const totals = points.map(({ point }) => (total += value(point)));
  return { set, kind: "count", at: points.map(({ at }) => at), value: totals, min: totals, max: totals, base: start };
}

function partOf(part: "sum" | "count"): (point: StoredPoint) => number {
  return (point) => (point.type === "gauge" ? 0 : point.type === "histogram" ? point[part] : point.sum);
}

/** One series for each bound that any of the points has; each counts what lay at its bound or below. */
function bucketsOf(series: Series, labels: Labels, base: Bases): LoadedSeries[] {
  const at = series.points.map((point) => point.at);
  const buckets = boundsOf(series).map((bound) => {
    const set = toLabelSet({ ...labels, le: numberText(bound) });
    const start = base(set);
    return { bound, set, start, total: start, value: [] as number[] };
  });
  for (const { point } of series.points) {
    const counted = point.type === "histogram" ? point : { bounds: [], counts: [] };
    let [own, below] = [0, 0];
    for (const bucket of buckets) {
      for (; own < counted.counts.length && (counted.bounds[own] ?? Infinity) <= bucket.bound; own += 1) {
        below += counted.counts[own] ?? 0;
      }
      bucket.total += below;
      bucket.value.push(bucket.total);
    }
  }
  return buckets.map(({ set, start, value }) => ({
    set,
    kind: "count",
    at,
    value,
    min: value,
    max: value,
    base: start,
  }));
}

function boundsOf({ points }: Series): number[] {
  const bounds = new Set<number>([Infinity]);
  let last: readonly number[] = [];
  for (const { point } of points) {
    if (point.type !== "histogram" || point.bounds === last) continue;
    last = point.bounds;
    for (const bound of point.bounds) bounds.add(bound);
  }
  return [...bounds].toSorted((left, right) => left - right);
}

/** The last place whose time is not after `at`; -1 where there is none. */
export function lastUpTo(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
