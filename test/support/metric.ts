import type { Clock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { MetricFamily, MetricSource } from "../../src/core/metric.ts";
import { createMetrics, type Metrics } from "../../src/observability/metric/metrics.ts";
import type { TelemetryStore } from "../../src/observability/store/telemetry-store.ts";
import { figureStore } from "./figure-store.ts";

export interface MetricsGiven {
  readonly clock: Clock;
  readonly store?: TelemetryStore;
  readonly traceId?: () => string | null;
  readonly sources?: readonly MetricSource[];
  readonly mostSeries?: number;
}

/** The figures of one process, with a store in memory. */
export function testMetrics({ clock, traceId = () => null, sources = [], ...given }: MetricsGiven): Metrics {
  const { store = figureStore(clock), mostSeries = 1_000 } = given;
  const settings = { keep: "2d", keepHours: "90d", open: false, mostSeries };
  return createMetrics({ settings, store, clock, log: silentLog, version: "1.2.3", traceId, sources: () => sources });
}

/** What a scraper gets that sends `accept`. */
export async function scrape(metrics: Metrics, accept?: string): Promise<{ type: string; body: string }> {
  const [route] = metrics.routes;
  const header = (name: string): string | undefined => (name === "accept" ? accept : undefined);
  const request = { method: "GET", url: "/metrics", header, body: async () => new Uint8Array() };
  const answer = await route?.handle(request, { signal: new AbortController().signal });
  return { type: answer?.headers["content-type"] ?? "", body: String(answer?.body) };
}

export function family(name: string, more: Partial<MetricFamily> = {}): MetricFamily {
  const type = name.endsWith("_total") ? "counter" : "gauge";
  return { name, type, help: `Figures of ${name}.`, unit: "", labels: [], ...more };
}
