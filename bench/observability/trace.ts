import { monitorEventLoopDelay } from "node:perf_hooks";
import * as api from "@opentelemetry/api";
import { BatchSpanProcessor, TracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace";
import { systemClock } from "../../src/core/clock.ts";
import type { RunId } from "../../src/core/id.ts";
import { silentLog } from "../../src/core/log.ts";
import { silentMeters } from "../../src/core/metric.ts";
import type { ObservedRun, ObservedStep } from "../../src/core/observer.ts";
import { tracesSection } from "../../src/observability/settings.ts";
import { createTelemetryStore } from "../../src/observability/store/store.ts";
import type { TelemetrySink } from "../../src/observability/store/telemetry-store.ts";
import { engineOrigin } from "../../src/observability/trace/row-span.ts";
import { RunTree } from "../../src/observability/trace/run-tree.ts";
import { createSinkProcessor } from "../../src/observability/trace/sink-processor.ts";
import { createTracing, type Tracing } from "../../src/observability/trace/tracing.ts";
import { defineFlow } from "../../src/engine/flow.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import type { Step } from "../../src/index.ts";
import { openTestEngine } from "../../test/support/engine.ts";
import { DataFolder } from "../data-folder.ts";
import { join } from "node:path";
import { quantile, tableOf, type ObservabilityBench, type Report, type Row } from "./section.ts";

const spanBarUs = 10;
const stepBarMs = 0.2;
const delayBarMs = 5;

/** What a span and a step cost, and whether the process still hears its timers while spans are written. */
export async function measureTrace(bench: ObservabilityBench): Promise<Report> {
  using data = new DataFolder();
  const spans = bench.isQuick ? 5_000 : 100_000;
  const spanRows = [
    row("a span of a row", await rowSpans(spans), spanBarUs),
    row("a span of the SDK, 12 attributes, to the store's buffer", await sdkSpans(spans, toSink), spanBarUs),
    row("the same by OpenTelemetry's batch processor, no exporter behind it", await sdkSpans(spans, toBatch), null),
  ];
  bench.say("steps");
  const stepRows = await measureSteps(bench.isQuick ? 2 : 10, data);
  bench.say("the event loop while spans are written");
  const delay = await measureDelay(bench.isQuick ? 500 : 5_000, join(data.make(), "telemetry.db"));
  const rows = [...spanRows, ...stepRows, delay];
  const isBad = rows.some(({ bar, p99 }) => bar !== null && p99 >= bar);
  const text = `${tableOf(rows)}\n\nA span's figures are means of bursts of ${burst}, with what was put off until after each.`;
  return { title: "Traces", text, isBad };
}

function row(what: string, us: readonly number[], bar: number | null): Row {
  return { what, p50: quantile(us, 0.5), p99: quantile(us, 0.99), bar, unit: "µs" };
}

const nowhere: TelemetrySink = { spans: () => undefined, logs: () => undefined, points: () => undefined };

const run: ObservedRun = {
  id: "run_4k7d2mzq01pb" as RunId,
  flow: "bench",
  trace: null,
  origin: null,
  parent: null,
  trigger: "cli",
  createdAt: 0,
  startedAt: 0,
};

function rowSpans(count: number): Promise<number[]> {
  const tree = new RunTree(engineOrigin("0.0.0"), run);
  return timed(count, (index) => {
    const step: ObservedStep = {
      key: `step-${index}`,
      name: "step",
      kind: "run",
      target: null,
      status: "succeeded",
      attempts: 1,
      startedAt: 1_000,
      finishedAt: 1_010,
      usage: null,
      failure: null,
    };
    nowhere.spans(tree.stored(step));
  });
}

function toSink(): SpanProcessor {
  return createSinkProcessor(nowhere, engineOrigin("0.0.0"), api);
}

function toBatch(): SpanProcessor {
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: async () => undefined,
    forceFlush: async () => undefined,
  };
  return new BatchSpanProcessor({ exporter });
}

function sdkSpans(count: number, processor: () => SpanProcessor): Promise<number[]> {
  const tracer = new TracerProvider({ spanProcessors: [processor()] }).getTracer("bench");
  const attributes = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`name.${index}`, `value ${index}`]));
  return timed(count, () => tracer.startSpan("chat model", { attributes }).end());
}

const burst = 100;

/** Microseconds of a call, mean of a burst and of what was put off until after it; the first tenth warms up. */
async function timed(count: number, work: (index: number) => void): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < count * 1.1;) {
    const began = performance.now();
    for (let within = 0; within < burst; within++) work(index++);
    await new Promise((resolve) => setImmediate(resolve));
    if (index > count / 10) took.push(((performance.now() - began) * 1_000) / burst);
  }
  return took;
}

function tracing(sink: TelemetrySink): Tracing {
  return createTracing({
    settings: tracesSection.schema.parse({}),
    store: { sink },
    meters: silentMeters,
    clock: systemClock,
    log: silentLog,
    version: "0.0.0",
    environment: {},
  });
}

const stepsARun = 500;
const flow = defineFlow<null, unknown, Step>({
  name: "bench",
  async run(step) {
    for (let index = 0; index < stepsARun; index++) await step.run("step", () => index);
  },
});

/** Steps that do nothing, one after the other, on a SQLite file: untraced and traced in turn. */
async function measureSteps(rounds: number, data: DataFolder): Promise<Row[]> {
  const took = { untraced: [] as number[], traced: [] as number[] };
  using watch = tracing(nowhere);
  for (let round = 0; round < rounds; round++) {
    for (const how of ["untraced", "traced"] as const) {
      const traced = how === "traced" ? { observer: watch.observer, ring: watch.effect } : {};
      await using engine = await openTestEngine({
        database: openSqlite({ path: join(data.make(), "bench.db") }),
        ...traced,
      });
      const { id } = await engine.run(flow);
      const ends = (await engine.store.rows(id)).length;
      const began = performance.now();
      await engine.run(flow);
      took[how].push((performance.now() - began) / ends);
    }
  }
  const { untraced, traced } = took;
  const added = traced.map((ms, index) => ms - (untraced[index] ?? ms));
  const msRow = (what: string, ms: readonly number[], bar: number | null): Row => ({
    what,
    p50: quantile(ms, 0.5),
    p99: quantile(ms, 0.99),
    bar,
    unit: "ms",
  });
  return [
    msRow(`a step, untraced, mean of ${stepsARun}`, untraced, null),
    msRow("a step, traced", traced, null),
    msRow("what tracing adds to a step", added, stepBarMs),
  ];
}

/** Two thousand spans a second and more, in bursts of 20, as steps of many runs come. */
async function measureDelay(ms: number, path: string): Promise<Row> {
  await using store = createTelemetryStore({ path, clock: systemClock, log: silentLog, sample: 1 });
  const tree = new RunTree(engineOrigin("0.0.0"), run);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const until = performance.now() + ms;
  for (let index = 0; performance.now() < until;) {
    for (let burst = 0; burst < 20; burst++, index++) {
      const key = `step-${index}`;
      const times = { startedAt: Date.now(), finishedAt: Date.now() };
      const rest = { kind: "run", target: null, status: "succeeded", attempts: 1, usage: null, failure: null } as const;
      store.sink.spans(tree.stored({ key, name: "step", ...rest, ...times }));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  delay.disable();
  const inMs = (share: number): number => delay.percentile(share) / 1e6;
  return {
    what: "event-loop delay while spans are written",
    p50: inMs(50),
    p99: inMs(99),
    bar: delayBarMs,
    unit: "ms",
  };
}
