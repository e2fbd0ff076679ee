import type { EpochMs } from "../../core/clock.ts";
import type { Labels } from "../../core/metric.ts";
import type { Point } from "../record.ts";

export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly at: EpochMs;
}

/** What has been counted by one set of labels since this process began, and how much of it has been kept. */
export interface CounterSeries {
  readonly type: "counter";
  readonly labels: Labels;
  value: number;
  kept: number;
  exemplar: Exemplar | null;
  keptAt: EpochMs;
}

export interface GaugeSeries {
  readonly type: "gauge";
  readonly labels: Labels;
  value: number;
  /** Since it was last kept. */
  min: number;
  max: number;
  setAt: EpochMs | null;
}

export interface HistogramSeries {
  readonly type: "histogram";
  readonly labels: Labels;
  readonly bounds: readonly number[];
  /** One more than the bounds; each counts what lies above the bound before it. */
  readonly counts: number[];
  readonly keptCounts: number[];
  readonly exemplars: (Exemplar | null)[];
  sum: number;
  keptSum: number;
  keptAt: EpochMs;
}

export type LiveSeries = CounterSeries | GaugeSeries | HistogramSeries;

export function newCounter(labels: Labels): CounterSeries {
  return { type: "counter", labels, value: 0, kept: 0, exemplar: null, keptAt: 0 };
}

export function newGauge(labels: Labels): GaugeSeries {
  return { type: "gauge", labels, value: 0, min: Infinity, max: -Infinity, setAt: null };
}

export function newHistogram(labels: Labels, bounds: readonly number[]): HistogramSeries {
  const zeros = (): number[] => Array.from({ length: bounds.length + 1 }, () => 0);
  return {
    type: "histogram",
    labels,
    bounds,
    counts: zeros(),
    keptCounts: zeros(),
    exemplars: zeros().map(() => null),
    sum: 0,
    keptSum: 0,
    keptAt: 0,
  };
}

export function setGauge(series: GaugeSeries, value: number, at: EpochMs): void {
  series.value = value;
  series.min = Math.min(series.min, value);
  series.max = Math.max(series.max, value);
  series.setAt = at;
}

/** The bucket that a value falls into; a bound belongs to the bucket below it. */
export function bucketOf(bounds: readonly number[], value: number): number {
  let at = 0;
  while (at < bounds.length && value > (bounds[at] ?? Infinity)) at += 1;
  return at;
}

// A series that stands still is told all the same, more often than a figure goes stale (5 min), so that it is known to
// be there and not to have ended.
const stillThereMs = 240_000;

/** What has happened since the last time this was asked; null where nothing has, and that was told not long ago. */
export function takePoint(series: LiveSeries, at: EpochMs): Point | null {
  if (series.type === "gauge") return takeGauge(series);
  const point = series.type === "counter" ? counterDelta(series) : histogramDelta(series);
  const isStill = point.type === "counter" ? point.sum === 0 : point.count === 0;
  if (isStill && at - series.keptAt < stillThereMs) return null;
  series.keptAt = at;
  if (series.type === "counter") series.kept = series.value;
  else {
    series.keptCounts.splice(0, series.counts.length, ...series.counts);
    series.keptSum = series.sum;
  }
  return point;
}

function takeGauge(series: GaugeSeries): Point | null {
  if (series.setAt === null) return null;
  const { value: last, min, max } = series;
  series.min = last;
  series.max = last;
  return { type: "gauge", last, min, max };
}

function counterDelta({ value, kept }: CounterSeries): Extract<Point, { type: "counter" }> {
  return { type: "counter", sum: value - kept };
}

function histogramDelta(series: HistogramSeries): Extract<Point, { type: "histogram" }> {
  const { bounds, keptCounts, sum, keptSum } = series;
  const counts = series.counts.map((count, at) => count - (keptCounts[at] ?? 0));
  const count = counts.reduce((total, one) => total + one, 0);
  return { type: "histogram", sum: sum - keptSum, count, bounds, counts };
}
