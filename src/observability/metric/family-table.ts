import type { Labels, MetricFamily } from "../../core/metric.ts";
import { labelKey, otherValue, toLabelName, toLabelValue } from "./label.ts";
import { newCounter, newGauge, newHistogram, type HistogramSeries, type LiveSeries } from "./series.ts";

// A label with more values than this was not meant to be one; what comes later is counted together.
const mostValues = 200;

/** How many series there may still be, for all families together. */
export interface SeriesRoom {
  take(): boolean;
  give(count: number): void;
}

/** The series of one family. */
export interface FamilyTable {
  readonly family: MetricFamily;
  /** By the family's own labels; null where there is no room for one more. */
  series(labels: Labels): LiveSeries | null;
  /** By whatever labels another program has given it. */
  foreign(labels: Labels, bounds?: readonly number[]): LiveSeries | null;
  /** With bounds that are not the family's; what was counted by other bounds is given up. */
  histogram(labels: Labels, bounds: readonly number[]): HistogramSeries | null;
  /** Of this process's own series; those of other programs, which have a label `job`, stay. */
  keepOnly(kept: ReadonlySet<LiveSeries>): void;
  remove(series: LiveSeries): void;
  all(): Iterable<LiveSeries>;
}

export function createFamilyTable(family: MetricFamily, room: SeriesRoom): FamilyTable {
  const bySeries = new Map<string, LiveSeries>();
  // The way of nearly every call: the values as they come, without a look at what they are.
  const byValues = new Map<string, LiveSeries>();
  const seen = new Map<string, Set<string>>();
  const limited = (name: string, value: string): string => {
    const values = seen.get(name) ?? new Set<string>();
    seen.set(name, values);
    if (!values.has(value) && values.size >= mostValues) return otherValue;
    values.add(value);
    return value;
  };
  const find = (labels: Labels, bounds: readonly number[]): LiveSeries | null => {
    const key = labelKey(labels);
    const known = bySeries.get(key);
    if (known && (known.type !== "histogram" || areSame(known.bounds, bounds))) return known;
    if (!known && !room.take()) return null;
    const series = make(family, labels, bounds);
    bySeries.set(key, series);
    byValues.clear();
    return series;
  };
  const foreign = (labels: Labels, bounds = family.buckets ?? []): LiveSeries | null =>
    find(cleaned(labels, limited), bounds);
  const remove = (series: LiveSeries): void => {
    if (!bySeries.delete(labelKey(series.labels))) return;
    byValues.clear();
    room.give(1);
  };
  return {
    family,
    series(labels) {
      const values = valuesOf(family.labels, labels);
      const known = byValues.get(values);
      if (known) return known;
      const own = Object.fromEntries(family.labels.map((name) => [name, labels[name] ?? ""]));
      const series = foreign(own);
      // Only what stands for itself: aliases of a series would have no bound.
      if (series && valuesOf(family.labels, series.labels) === values) byValues.set(values, series);
      return series;
    },
    foreign,
    histogram(labels, bounds) {
      const series = foreign(labels, bounds);
      return series?.type === "histogram" ? series : null;
    },
    keepOnly(kept) {
      for (const series of bySeries.values())
        if (!kept.has(series) && series.labels["job"] === undefined) remove(series);
    },
    remove,
    all: () => bySeries.values(),
  };
}

function valuesOf(names: readonly string[], labels: Labels): string {
  const [first = "", second] = names;
  if (second === undefined) return labels[first] ?? "";
  let key = labels[first] ?? "";
  for (let at = 1; at < names.length; at += 1) key += `\u0000${labels[names[at] ?? ""] ?? ""}`;
  return key;
}

function cleaned(labels: Labels, limited: (name: string, value: string) => string): Labels {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const label = toLabelName(name);
    return [label, limited(label, toLabelValue(value))] as const;
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== ""));
}

function make({ type }: MetricFamily, labels: Labels, bounds: readonly number[]): LiveSeries {
  if (type === "counter") return newCounter(labels);
  return type === "gauge" ? newGauge(labels) : newHistogram(labels, bounds);
}

function areSame(left: readonly number[], right: readonly number[]): boolean {
  return left === right || (left.length === right.length && left.every((bound, at) => bound === right[at]));
}
