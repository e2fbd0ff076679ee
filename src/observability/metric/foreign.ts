import type { Clock } from "../../core/clock.ts";
import type { Labels, MetricFamily } from "../../core/metric.ts";
import type { Point, SeriesPoint } from "../record.ts";
import type { FamilyTable } from "./family-table.ts";
import { namesOneOfMany, toLabelName } from "./label.ts";
import { toPrometheusName } from "./name.ts";
import { setGauge, type LiveSeries } from "./series.ts";
import type { SeriesTable } from "./series-table.ts";

// As long as a figure is shown that nobody sends any more; Prometheus holds one to be stale after the same time.
const goneAfterMs = 300_000;
const mostFamilies = 1_000;
const longestName = 200;

export interface Taken {
  readonly rejected: number;
  readonly reason: string | null;
}

export interface Foreign {
  take(families: readonly MetricFamily[], points: readonly SeriesPoint[]): Taken;
  /** Lets go of gauges that are no longer sent. */
  forget(): void;
}

/** Figures of other programs, beside Tutti's own and by the names that Prometheus would give them. */
export function createForeign(table: SeriesTable, clock: Clock): Foreign {
  const tables = new Map<string, FamilyTable>();
  const open = (family: MetricFamily): FamilyTable | string => {
    const known = toForeignFamily(family);
    if (!/[a-z]/i.test(family.name) || known.name.length > longestName)
      return `${JSON.stringify(family.name.slice(0, 50))} is no name`;
    if (!tables.has(known.name) && tables.size >= mostFamilies) return `there are ${mostFamilies} families already`;
    const own = table.of(known);
    if (own === null) return `${family.name} is a figure of another type here`;
    tables.set(known.name, own);
    return own;
  };
  return {
    take(families, points) {
      const opened = new Map(families.map((family) => [family.name, open(family)]));
      const reasons = points.map((point) => {
        const own = opened.get(point.name) ?? `${point.name} is not declared`;
        return typeof own === "string" ? own : merge(own, point, clock.now());
      });
      const rejected = reasons.filter((reason) => reason !== null);
      return { rejected: rejected.length, reason: rejected[0] ?? null };
    },
    forget() {
      const before = clock.now() - goneAfterMs;
      for (const one of tables.values()) {
        for (const series of one.all()) if (series.type === "gauge" && (series.setAt ?? 0) < before) one.remove(series);
      }
    },
  };
}

function toForeignFamily(family: MetricFamily): MetricFamily {
  const { name, unit } = toPrometheusName(family);
  // HELP must say something.
  return { ...family, name, unit, help: family.help || `${family.name}, as another program has sent it.` };
}

function merge(own: FamilyTable, { name, labels, point }: SeriesPoint, now: number): string | null {
  const named = toForeignLabels(labels);
  // Without a word who it is of, it would be taken for a figure of this process.
  if (own.family.name.startsWith("tutti_") && !named["job"] && !named["instance"]) {
    return `${name} is a name of Tutti's own; say by a label job or instance whose figure it is`;
  }
  const series = own.foreign(named, point.type === "histogram" ? point.bounds : undefined);
  if (series === null) return "there are as many series as metrics.mostSeries lets in";
  return add(series, point, now) ? null : `${name} is a ${series.type} here, and the point is a ${point.type}`;
}

function toForeignLabels(labels: Labels): Labels {
  const kept = Object.entries(labels).map(([name, value]) => [toLabelName(name), value] as const);
  return Object.fromEntries(kept.filter(([name]) => !namesOneOfMany(name)));
}

function add(series: LiveSeries, point: Point, now: number): boolean {
  if (series.type === "counter" && point.type === "counter") series.value += point.sum;
  else if (series.type === "gauge" && point.type === "gauge") {
    for (const value of [point.min, point.max, point.last]) setGauge(series, value, now);
  } else if (series.type === "histogram" && point.type === "histogram") {
    point.counts.forEach((count, at) => (series.counts[at] = (series.counts[at] ?? 0) + count));
    series.sum += point.sum;
  } else return false;
  return true;
}
