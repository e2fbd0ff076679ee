import type { Clock, EpochMs } from "../../core/clock.ts";
import type { Labels, MetricFamily, Sample } from "../../core/metric.ts";
import type { SeriesPoint } from "../record.ts";
import { createFamilyTable, type FamilyTable } from "./family-table.ts";
import { bucketOf, setGauge, takePoint, type LiveSeries } from "./series.ts";

/** Why a figure was not counted. */
export type DropReason = "too_many_series" | "not_a_number" | "other_type";

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
  const tables = new Map<string, FamilyTable>();
  const dropped = new Map<DropReason, number>();
  let seriesCount = 0;
  const drop = (reason: DropReason): null => {
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
    return null;
  };
  const room = {
    take: () => (seriesCount < mostSeries ? ((seriesCount += 1), true) : false),
    give: (count: number) => void (seriesCount -= count),
  };
  const of = (family: MetricFamily, within = room): FamilyTable | null => {
    const known = tables.get(family.name) ?? createFamilyTable(family, within);
    if (known.family.type !== family.type) return drop("other_type");
    tables.set(family.name, known);
    return known;
  };
  const find = ({ family, labels, value }: Counted): LiveSeries | null => {
    if (!Number.isFinite(value)) return drop("not_a_number");
    const table = of(family);
    return table && (table.series(labels) ?? drop("too_many_series"));
  };
  const exemplar = ({ traceId, value }: Counted) => (traceId ? { traceId, value, at: clock.now() } : null);
  return {
    declare(families) {
      for (const family of families) {
        const table = of(family);
        // Where there is nothing to tell apart, nothing has happened yet rather than nothing being known.
        if (family.labels.length === 0 && family.type !== "gauge") table?.series({});
      }
    },
    reserve: (families) => families.forEach((family) => void of(family, endless)),
    families: () => inOrder(tables).map(({ family }) => family),
    all: () => inOrder(tables).map((table) => ({ family: table.family, series: table.all() })),
    of: (family) => of(family),
    add(counted) {
      const series = counted.value < 0 ? drop("not_a_number") : find(counted);
      if (series?.type !== "counter") return void (series && drop("other_type"));
      series.value += counted.value;
      series.exemplar = exemplar(counted) ?? series.exemplar;
    },
    set(counted) {
      const series = find(counted);
      if (series?.type !== "gauge") return void (series && drop("other_type"));
      setGauge(series, counted.value, clock.now());
    },
    observe(counted) {
      const series = find(counted);
      if (series?.type !== "histogram") return void (series && drop("other_type"));
      const bucket = bucketOf(series.bounds, counted.value);
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += counted.value;
      const example = exemplar(counted);
      if (example) series.exemplars[bucket] = example;
    },
    replace(family, samples) {
      const found = samples.map((sample) => ({ series: find({ family, ...sample }), value: sample.value }));
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
    take: (at) => [...tables.values()].flatMap((table) => pointsOf(table, at)),
    dropped: () => dropped,
  };
}

const endless = { take: () => true, give: () => undefined };

function inOrder(tables: ReadonlyMap<string, FamilyTable>): FamilyTable[] {
  return [...tables.values()].toSorted((left, right) => (left.family.name < right.family.name ? -1 : 1));
}

/** A counter that others keep begins anew where they do: then all that it shows has been added. */
function bringTo(series: LiveSeries | null, value: number, at: EpochMs): void {
  if (series?.type === "gauge") setGauge(series, value, at);
  if (series?.type !== "counter") return;
  if (value < series.value) series.kept -= series.value;
  series.value = value;
}

function pointsOf({ family, all }: FamilyTable, at: EpochMs): SeriesPoint[] {
  return [...all()].flatMap((series) => {
    const point = takePoint(series, at);
    return point === null ? [] : [{ name: family.name, labels: series.labels, at: at * 1_000, point }];
  });
}
