import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { MetricSource } from "../../core/metric.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Route } from "../../core/route.ts";
import type { Metrics } from "../metric/metrics.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";

export interface OtlpOptions {
  readonly settings: ObservabilitySettings["otlp"];
  readonly store: TelemetryStore;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** OpenTelemetry's protocol over HTTP: in, and out to one collector. */
export interface Otlp extends AsyncDisposable {
  readonly routes: readonly Route[];
  readonly operations: readonly AnyOperation[];
  readonly metrics: MetricSource;
  /** Begins to send on, where a collector is set. */
  start(): void;
}

export function createOtlp(_options: OtlpOptions): Otlp {
  return {
    routes: [],
    operations: [],
    metrics: { families: [] },
    start: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
