import type { MetricFamily } from "../../../../src/core/metric.ts";
import { systemClock, type Clock } from "../../../../src/core/clock.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { createMetrics } from "../../../../src/observability/metric/metrics.ts";
import { createOtlp } from "../../../../src/observability/otlp/otlp.ts";
import type { LogRecord, SeriesPoint, SpanRecord } from "../../../../src/observability/record.ts";
import { createTelemetryStore } from "../../../../src/observability/store/store.ts";
import type { TelemetryCounts } from "../../../../src/observability/store/telemetry-store.ts";
import { serve, type Served } from "../../server/served.ts";

export interface Receiving extends AsyncDisposable {
  readonly served: Served;
  readonly spans: SpanRecord[];
  readonly logs: LogRecord[];
  readonly families: MetricFamily[];
  readonly points: SeriesPoint[];
  /** What is sent to the receiver, as bytes or JSON, by its path. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** What the exporters of an SDK are given. */
  exporting(path: string): { readonly url: string; readonly headers: Record<string, string> };
}

export interface ReceivingOptions {
  readonly clock?: Clock;
  /** What the store says of itself. */
  readonly counts?: () => TelemetryCounts;
}

/** The receiver behind a real server; what it hands on is heard. */
export async function receive({ clock = systemClock, counts }: ReceivingOptions = {}): Promise<Receiving> {
  const heard = { spans: [] as SpanRecord[], logs: [] as LogRecord[], points: [] as SeriesPoint[] };
  const families: MetricFamily[] = [];
  const log = silentLog;
  const real = createTelemetryStore({ path: ":memory:", clock, log, sample: 1 });
  const sink = {
    spans: (records: readonly SpanRecord[]) => void heard.spans.push(...records),
    logs: (records: readonly LogRecord[]) => void heard.logs.push(...records),
    points: (points: readonly SeriesPoint[]) => void heard.points.push(...points),
  };
  const store = { ...real, sink, ...(counts ? { counts } : {}) };
  const settings = { keep: "2d", keepHours: "90d", open: false, mostSeries: 5_000 };
  const metrics = {
    ...createMetrics({ settings, store, clock, log, version: "1.2.3", traceId: () => null, sources: () => [] }),
    take(given: readonly MetricFamily[], points: readonly SeriesPoint[]) {
      families.push(...given);
      sink.points(points);
      return { rejected: 0, reason: null };
    },
  };
  const otlp = createOtlp({
    settings: { receive: true, headers: {} },
    store,
    metrics,
    clock,
    log,
    version: "1.2.3",
    environment: {},
  });
  const served = await serve({ routes: otlp.routes });
  return {
    ...heard,
    served,
    families,
    post: (path, body, headers = {}) =>
      served.ask(path, {
        method: "POST",
        body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    exporting: (path) => ({
      url: `${served.server.url}${path}`,
      headers: { authorization: `Bearer ${served.token}` },
    }),
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await otlp[Symbol.asyncDispose]();
      await real[Symbol.asyncDispose]();
    },
  };
}
