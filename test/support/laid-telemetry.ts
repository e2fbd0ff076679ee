import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { LogRecord, SeriesPoint, SpanRecord } from "../../src/observability/record.ts";
import { createTelemetryStore } from "../../src/observability/store/store.ts";
import { openHome } from "../../src/storage/home.ts";

export interface Told {
  readonly spans?: readonly SpanRecord[];
  readonly logs?: readonly LogRecord[];
  readonly points?: readonly SeriesPoint[];
}

// A process drops what is more than this while it waits to be stored.
const batch = 1_000;

/** Lays telemetry into a data folder that nobody hosts yet, as if it had been told there. */
export async function layTelemetry(home: string, { spans = [], logs = [], points = [] }: Told): Promise<void> {
  const { telemetry: path } = openHome(home, home).tenant("default");
  await using store = createTelemetryStore({ path, clock: systemClock, log: silentLog, sample: 1 });
  for (let from = 0; from < spans.length; from += batch) {
    store.sink.spans(spans.slice(from, from + batch));
    await store.flush();
  }
  for (let from = 0; from < logs.length; from += batch) {
    store.sink.logs(logs.slice(from, from + batch));
    await store.flush();
  }
  for (let from = 0; from < points.length; from += batch) {
    store.sink.points(points.slice(from, from + batch));
    await store.flush();
  }
}
