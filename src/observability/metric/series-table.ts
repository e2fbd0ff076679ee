import type { Clock, EpochMs } from "../../core/clock.ts";
import type { Labels, MetricFamily, Sample } from "../../core/metric.ts";
import type { SeriesPoint } from "../record.ts";
import type { FamilyTable } from "./family-table.ts";
import { createSeriesFinder, type DropReason, type SeriesFinder } from "./series-finder.ts";
import { bucketOf, setGauge, takePoint, type Exemplar, type LiveSeries } from "./series.ts";

export interface Counted {
  readonly family: MetricFamily;
  readonly labels: Labels;
  readonly value: number;
  /** The trace to look at for an example. */
  readonly traceId?: string | null | undefined;
}

/** Whole figures of somebody who keeps count himself. */
export interface HistogramState {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Every series that this process knows, bounded. Nothing here throws. */
export interface SeriesTable {
  declare(families: readonly MetricFamily[]): void;
  /** The same for the few that tell of this table itself: for them there is always room. */
  reserve(families: readonly MetricFamily[]): void;
  families(): readonly MetricFamily[];
  /** By the names of their families; the series in the order in which they came up. */
  all(): readonly { readonly family: MetricFamily; readonly series: Iterable<LiveSeries> }[];
  add(counted: Counted): void;
  set(counted: Counted): void;
  observe(counted: Counted): void;
  /** What a family stands at now, as a whole: gauges that are not named are gone. */
  replace(family: MetricFamily, samples: readonly Sample[]): void;
  replaceHistogram(family: MetricFamily, states: readonly HistogramState[]): void;
  /** The table of a family, for figures of other programs; null where the name is of another type. */
  of(family: MetricFamily): FamilyTable | null;
  /** What has happened since this was last asked. */
  take(at: EpochMs): SeriesPoint[];
  /** Figures that were not counted, by why. */
  dropped(): ReadonlyMap<DropReason, number>;
}

export interface SeriesTableOptions {
  readonly clock: Clock;
  readonly mostSeries: number;
}

export function createSeriesTable({ clock, mostSeries }: SeriesTableOptions): SeriesTable {
  const finder = createSeriesFinder(mostSeries);
  const of = (family: MetricFamily): FamilyTable | null => finder.of(family);
  return {
    declare(families) {
      for (const family of families) {
        const table = of(family);
        // Where there is nothing to tell apart, nothing has happened yet rather than nothing being known.
        if (family.labels.length === 0 && family.type !== "gauge") table?.series({});
      }
    },
    reserve: (families) => families.forEach((family) => void finder.of(family, { isBounded: false })),
    families: () => finder.ordered().map(({ family }) => family),
    all: () => finder.ordered().map((table) => ({ family: table.family, series: table.all() })),
    of,
    ...counting(finder, clock),
    replace(family, samples) {
      const found = samples.map(({ labels, value }) => ({ series: finder.find({ family, labels, value }), value }));
      for (const { series, value } of found) bringTo(series, value, clock.now());
      if (family.type === "gauge") of(family)?.keepOnly(new Set(found.flatMap(({ series }) => series ?? [])));
    },
    replaceHistogram(family, states) {
      for (const { labels, bounds, counts, sum } of states) {
        const series = of(family)?.histogram(labels, bounds);
        series?.counts.splice(0, counts.length, ...counts);
        if (series) series.sum = sum;
      }
    },
    take: (at) => finder.ordered().flatMap((table) => pointsOf(table, at)),
    dropped: () => finder.dropped,
  };
}

/** What is called at every turn: about a hundred nanoseconds. */
function counting(finder: SeriesFinder, clock: Clock): Pick<SeriesTable, "add" | "set" | "observe"> {
  const exampleOf = ({ traceId, value }: Counted): Exemplar | null =>
    traceId ? { traceId, value, at: clock.now() } : null;
  return {
    add(counted) {
      const series = finder.find(counted, "counter");
      if (series?.type !== "counter") return;
      series.value += counted.value;
      series.exemplar = exampleOf(counted) ?? series.exemplar;
    },
    set(counted) {
      const series = finder.find(counted, "gauge");
      if (series?.type === "gauge") setGauge(series, counted.value, clock.now());
    },
    observe(counted) {
      const series = finder.find(counted, "histogram");
      if (series?.type !== "histogram") return;
      const bucket = bucketOf(series.bounds, counted.value);
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += counted.value;
      const example = exampleOf(counted);
      if (example) series.exemplars[bucket] = example;
    },
  };
}

/** A counter that others keep begins anew where they do: then all that it shows has been added. */
function bringTo(series: LiveSeries | null, value: number, at: EpochMs): void {
  if (series?.type === "gauge") setGauge(series, value, at);
  if (series?.type !== "counter") return;
  if (value < series.value) series.kept -= series.value;
  series.value = value;
}

function pointsOf(table: FamilyTable, at: EpochMs): SeriesPoint[] {
  const { name } = table.family;
  return [...table.all()].flatMap((series) => {
    const point = takePoint(series, at);
    return point === null ? [] : [{ name, labels: series.labels, at: at * 1_000, point }];
  });
}
