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

function bucketsOf(series: Series, labels: Labels, base: Bases): LoadedSeries[] {
  const bounds = new Set<number>([Infinity]);
  for (const { point } of series.points) if (point.type === "histogram") point.bounds.forEach((one) => bounds.add(one));
  return [...bounds]
    .toSorted((left, right) => left - right)
    .map((bound) => {
      const value = (point: StoredPoint): number => upTo(point, bound);
      return countOf(series, { ...labels, le: numberText(bound) }, { value, base });
    });
}

/** How many lay at a bound or below it. */
function upTo(point: StoredPoint, bound: number): number {
  if (point.type !== "histogram") return 0;
  let total = 0;
  point.counts.forEach((count, at) => {
    if ((point.bounds[at] ?? Infinity) <= bound) total += count;
  });
  return total;
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
