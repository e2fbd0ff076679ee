import type { Check } from "../../core/capability.ts";
import { TuttiError } from "../../core/error.ts";
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
import { collectorCheck } from "./send/check.ts";
import { createCollector } from "./send/collector.ts";
import { fillHeaders } from "./send/header.ts";
import { startSender } from "./send/sender.ts";
import { loadProtobuf, type ProtobufCodec } from "./wire/protobuf.ts";

export interface OtlpOptions {
  readonly settings: ObservabilitySettings["otlp"];
  readonly store: TelemetryStore;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** OpenTelemetry's protocol over HTTP: in, and out to one collector. */
export interface Otlp extends AsyncDisposable {
  readonly routes: readonly Route[];
  readonly operations: readonly AnyOperation[];
  readonly metrics: MetricSource;
  readonly checks: readonly Check[];
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

const sent: MetricFamily = {
  name: "tutti_otlp_sent_total",
  type: "counter",
  help: "Records, and requests with metrics, that were sent to the collector, by what became of them.",
  unit: "",
  labels: ["signal", "outcome"],
};

// Of one machine's programs; some megabytes.
const mostSeries = 20_000;

export function createOtlp(options: OtlpOptions): Otlp {
  const { settings, store, metrics, clock } = options;
  let loading: Promise<ProtobufCodec> | null = null;
  let sender: AsyncDisposable | null = null;
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
    metrics: { families: [received, sent] },
    checks: [collectorCheck({ settings, environment: options.environment, clock, protobuf })],
    start() {
      sender ??= send(options, protobuf);
    },
    async [Symbol.asyncDispose]() {
      await sender?.[Symbol.asyncDispose]();
    },
  };
}

/** Null where there is no collector, or what it wants to know of a caller is not known. */
function send(options: OtlpOptions, protobuf: () => Promise<ProtobufCodec>): AsyncDisposable | null {
  const { settings, metrics, clock, log, environment } = options;
  const { endpoint } = settings;
  if (endpoint === undefined) return null;
  try {
    const headers = fillHeaders(settings.headers, environment);
    return startSender({
      ...options,
      endpoint,
      collector: createCollector({ endpoint, headers, protobuf, now: () => clock.now() }),
      figures: () => metrics.read(),
      count: (signal, outcome, records) => records > 0 && metrics.meters.add(sent, { signal, outcome }, records),
    });
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    // To work goes before to be watched.
    log.warn("otlp.not_sent", { endpoint, reason: error.message, hint: error.hint });
    return null;
  }
}
