import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { MetricFamily, MetricSource } from "../../core/metric.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Route } from "../../core/route.ts";
import type { Metrics } from "../metric/metrics.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { createDeltas } from "./receive/cumulative.ts";
import { createReceiver } from "./receive/receiver.ts";
import { loadProtobuf, type ProtobufCodec } from "./wire/protobuf.ts";

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

const received: MetricFamily = {
  name: "tutti_otlp_records_total",
  type: "counter",
  help: "Records that other programs have sent by OTLP, by what became of them.",
  unit: "",
  labels: ["signal", "outcome"],
};

// Of one machine's programs; some megabytes.
const mostSeries = 20_000;

export function createOtlp({ settings, store, metrics, clock }: OtlpOptions): Otlp {
  let loading: Promise<ProtobufCodec> | null = null;
  const protobuf = (): Promise<ProtobufCodec> => (loading ??= loadProtobuf());
  const routes = createReceiver({
    store,
    metrics,
    clock,
    protobuf,
    deltas: createDeltas({ since: clock.now() * 1_000, mostSeries }),
    count: (signal, outcome, records) => metrics.meters.add(received, { signal, outcome }, records),
  });
  return {
    routes: settings.receive ? routes : [],
    operations: [],
    metrics: { families: [received] },
    start: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
