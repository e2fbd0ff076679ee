import type { SeriesFilter, TelemetryStore } from "../../store/telemetry-store.ts";
import { toLoaded, type Named } from "./loaded.ts";

// Rolled up figures stand on whole multiples of these; what is older than the finer ones is in the coarser ones alone.
const levelsMs = [86_400_000, 3_600_000, 60_000, 10_000] as const;

/**
 * What counts had come to before a time, by `labelKey`: the days before it, the hours of its day, the minutes of its
 * hour. Unlike a counter of Prometheus this goes on where a process was restarted.
 */
export async function totalsBefore(
  store: Pick<TelemetryStore, "series">,
  { from: time, name, matchers }: SeriesFilter,
  named: Named,
): Promise<ReadonlyMap<string, number>> {
  const totals = new Map<string, number>();
  let from = 0;
  for (const stepMs of levelsMs) {
    const to = Math.floor(time / stepMs) * stepMs;
    const { series } = await store.series({ name, matchers, from, to, stepMs });
    for (const one of series) {
      const points = one.points.filter(({ at }) => at > from && at <= to);
      for (const { set, value } of toLoaded({ ...one, points }, named, () => 0)) {
        totals.set(set.key, (totals.get(set.key) ?? 0) + (value.at(-1) ?? 0));
      }
    }
    from = to;
  }
  return totals;
}
