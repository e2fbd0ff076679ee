import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { OTLPLogExporter as LogsAsJson } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as LogsAsProto } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as MetricsAsJson } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as MetricsAsProto } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as TracesAsJson } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as TracesAsProto } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { receive } from "./receiving.ts";

const resource = resourceFromAttributes({ "service.name": "shop", "host.name": "till" });

// `compression` is what the exporters call it.
for (const [form, Traces, Logs, Metrics] of [
  ["JSON", TracesAsJson, LogsAsJson, MetricsAsJson],
  ["protobuf", TracesAsProto, LogsAsProto, MetricsAsProto],
] as const) {
  for (const compression of ["none", "gzip"] as const) {
    describe(`OpenTelemetry's exporters, in ${form} with compression ${compression}`, () => {
      it("bring spans whole", async () => {
        await using receiving = await receive();
        const exporter = new Traces({ ...receiving.exporting("/v1/traces"), compression: compression as never });
        const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
        const spanId = tell(provider.getTracer("cashier", "1.2.3"));
        await provider.shutdown();
        assert.equal(receiving.spans.length, 1);
        const [span] = receiving.spans;
        assert.ok(span);
        assert.deepEqual(
          { ...span, traceId: "", start: 0, events: span.events.map((event) => ({ ...event, at: 0 })) },
          {
            service: "shop",
            scope: "cashier",
            resource: { "host.name": "till", "otel.scope.version": "1.2.3", "tutti.received": true },
            traceId: "",
            spanId,
            parentId: null,
            name: "pay",
            kind: "client",
            start: 0,
            durationUs: 1_500_000,
            status: "error",
            statusText: "no change",
            attributes: { text: "", whole: 42, part: 0.5, yes: false, list: ["a", "b"], numbers: [1, 2] },
            events: [{ name: "opened", at: 0, attributes: { drawer: 2 } }],
            links: [{ traceId: "0123456789abcdef0123456789abcdef", spanId: "0123456789abcdef" }],
          },
        );
        assert.equal(span.start, 1_767_225_600_000_123);
        assert.match(span.traceId, /^[\da-f]{32}$/);
      });

      it("bring log records whole", async () => {
        await using receiving = await receive();
        const exporter = new Logs({ ...receiving.exporting("/v1/logs"), compression: compression as never });
        const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] });
        const logger = provider.getLogger("cashier");
        logger.emit({
          severityNumber: 13,
          body: "the drawer jams",
          attributes: { drawer: 2, "tutti.run.id": "run_1" },
        });
        logger.emit({ severityNumber: 9, eventName: "till.opened", body: { by: "Eve", coins: [1, 2] } });
        await provider.shutdown();
        const told = receiving.logs.map(({ service, level, event, message, run }) => [
          service,
          level,
          event,
          message,
          run,
        ]);
        assert.deepEqual(told, [
          ["shop", "warn", "log", "the drawer jams", "run_1"],
          ["shop", "info", "till.opened", '{"by":"Eve","coins":[1,2]}', null],
        ]);
        assert.equal(receiving.logs[0]?.attributes["drawer"], 2);
      });

      for (const temporality of ["CUMULATIVE", "DELTA"] as const) {
        it(`bring figures as what was added, sent as ${temporality.toLowerCase()}`, async () => {
          await using receiving = await receive();
          const exporter = new Metrics({
            ...receiving.exporting("/v1/metrics"),
            compression: compression as never,
            temporalityPreference: AggregationTemporality[temporality],
          });
          const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
          const exponential = {
            instrumentName: "weight",
            aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
          } as const;
          const provider = new MeterProvider({ resource, readers: [reader], views: [exponential] });
          const meter = provider.getMeter("cashier");
          const sold = meter.createCounter("sold", { unit: "{piece}", description: "Things that were sold" });
          const queue = meter.createUpDownCounter("queue");
          const time = meter.createHistogram("time", { unit: "s", advice: { explicitBucketBoundaries: [1, 2] } });
          const weight = meter.createHistogram("weight", { unit: "kg" });
          const warm = meter.createGauge("warm", { unit: "Cel" });
          sold.add(3, { what: "pear" });
          queue.add(5);
          for (const seconds of [0.5, 1.5, 9]) time.record(seconds);
          for (const kilos of [0, 0.75, 1, 3]) weight.record(kilos);
          warm.record(21.5);
          await provider.forceFlush();
          sold.add(4, { what: "pear" });
          queue.add(-2);
          time.record(1);
          await provider.shutdown();

          const sums = (name: string, key: "sum" | "count" | "last"): unknown[] =>
            receiving.points
              .filter((point) => point.name === name)
              .map(({ point }) => (point as unknown as Record<string, unknown>)[key]);
          assert.deepEqual(sums("sold", "sum"), [3, 4]);
          assert.deepEqual(sums("queue", "last"), [5, 3]);
          assert.deepEqual(sums("warm", "last").slice(0, 1), [21.5]);
          assert.deepEqual(sums("time", "count").slice(0, 2), [3, 1]);
          assert.deepEqual(sums("time", "sum").slice(0, 2), [11, 1]);
          const first = (name: string) => receiving.points.find((point) => point.name === name)?.point;
          assert.deepEqual(first("time"), { type: "histogram", sum: 11, count: 3, bounds: [1, 2], counts: [1, 1, 1] });
          const heavy = first("weight");
          assert.equal(heavy?.type, "histogram");
          const below = heavy.bounds
            .map((bound, index) => [bound, heavy.counts[index]])
            .filter(([, count]) => count !== 0);
          assert.deepEqual(below, [
            [2 ** -14, 1],
            [1, 2],
            [4, 1],
          ]);
          const sale = receiving.points.find(({ name }) => name === "sold");
          assert.deepEqual(sale?.labels, { what: "pear", job: "shop" });
          const family = receiving.families.find(({ name }) => name === "sold");
          assert.deepEqual(family, {
            name: "sold",
            type: "counter",
            help: "Things that were sold",
            unit: "{piece}",
            labels: ["job", "what"],
          });
        });
      }
    });
  }
}

function tell(tracer: Tracer): string {
  const span = tracer.startSpan("pay", {
    kind: SpanKind.CLIENT,
    startTime: [1_767_225_600, 123_000],
    attributes: { text: "", whole: 42, part: 0.5, yes: false, list: ["a", "b"], numbers: [1, 2] },
    links: [{ context: { traceId: "0123456789abcdef0123456789abcdef", spanId: "0123456789abcdef", traceFlags: 1 } }],
  });
  span.addEvent("opened", { drawer: 2 });
  span.setStatus({ code: SpanStatusCode.ERROR, message: "no change" });
  span.end([1_767_225_601, 500_123_000]);
  return span.spanContext().spanId;
}
