import { silentLog } from "../../src/core/log.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Point, SeriesPoint } from "../../src/observability/record.ts";
import { createTelemetryStore } from "../../src/observability/store/store.ts";
import type { SeriesFilter, TelemetryStore } from "../../src/observability/store/telemetry-store.ts";

const levelsMs = [86_400_000, 3_600_000, 60_000, 10_000];

/** Figures in memory, rolled up when they are read. */
export function figureStore(): TelemetryStore & { readonly points: SeriesPoint[] } {
  const points: SeriesPoint[] = [];
  const store = createTelemetryStore({ path: ":memory:", clock: systemClock, log: silentLog, sample: 1 });
  return {
    ...store,
    points,
    sink: { ...store.sink, points: (added) => void points.push(...added) },
    async series(filter) {
      const resolutionMs = levelsMs.find((level) => level <= filter.stepMs) ?? 10_000;
      const bySeries = Map.groupBy(
        points.filter((point) => fits(point, filter)),
        ({ labels }) => JSON.stringify(Object.entries(labels).toSorted()),
      );
      const series = [...bySeries.values()].map((own) => ({
        labels: own[0]?.labels ?? {},
        points: rolledUp(own, resolutionMs).filter(({ at }) => at >= filter.from && at < filter.to + resolutionMs),
      }));
      return { resolutionMs, series: series.filter((one) => one.points.length > 0) };
    },
    seriesNames: async () =>
      [...Map.groupBy(points, ({ name }) => name)].map(([name, own]) => ({
        name,
        labels: [...new Set(own.flatMap(({ labels }) => Object.keys(labels)))],
      })),
  };
}

function fits({ name, labels }: SeriesPoint, filter: SeriesFilter): boolean {
  return (
    name === filter.name &&
    filter.matchers.every(({ label, op, value }) => {
      const given = labels[label] ?? "";
      if (op === "=" || op === "!=") return (given === value) === (op === "=");
      return new RegExp(`^(?:${value})$`).test(given) === (op === "=~");
    })
  );
}

function rolledUp(own: readonly SeriesPoint[], resolutionMs: number): { at: number; point: Point }[] {
  const intervals = Map.groupBy(own, ({ at }) => Math.ceil(at / 1_000 / resolutionMs) * resolutionMs);
  return [...intervals]
    .toSorted(([left], [right]) => left - right)
    .map(([at, inside]) => ({ at, point: inside.map(({ point }) => point).reduce(joined) }));
}

function joined(left: Point, right: Point): Point {
  if (left.type === "counter" && right.type === "counter") return { type: "counter", sum: left.sum + right.sum };
  if (left.type === "gauge" && right.type === "gauge") {
    return { ...right, min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
  }
  if (left.type !== "histogram" || right.type !== "histogram") return right;
  const counts = right.counts.map((count, at) => count + (left.counts[at] ?? 0));
  return { ...right, sum: left.sum + right.sum, count: left.count + right.count, counts };
}
