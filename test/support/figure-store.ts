import type { Clock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { SeriesPoint } from "../../src/observability/record.ts";
import { createTelemetryStore } from "../../src/observability/store/store.ts";
import type { TelemetryStore } from "../../src/observability/store/telemetry-store.ts";

/** The store of telemetry, in memory. */
export function figureStore(clock: Clock): TelemetryStore {
  return createTelemetryStore({ path: ":memory:", clock, log: silentLog, sample: 1 });
}

/** The same, which only remembers what points it was handed. */
export function recordingStore(clock: Clock): TelemetryStore & { readonly points: readonly SeriesPoint[] } {
  const store = figureStore(clock);
  const points: SeriesPoint[] = [];
  return { ...store, points, sink: { ...store.sink, points: (added) => void points.push(...added) } };
}
