import { performance } from "node:perf_hooks";
import client from "prom-client";
import { systemClock, type Clock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { MetricFamily } from "../../src/core/metric.ts";
import { createMetrics, type Metrics } from "../../src/observability/metric/metrics.ts";
import { createTelemetryStore } from "../../src/observability/store/store.ts";
import type { TelemetryStore } from "../../src/observability/store/telemetry-store.ts";
import { quantile, tableOf, type ObservabilityBench, type Report, type Row } from "./section.ts";

const observeBarUs = 1;
// What is observed in one piece: a single observation is shorter than a look at the clock.
const atOnce = 1_000;

const bounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400];
const took: MetricFamily = {
  name: "bench_seconds",
  type: "histogram",
  help: "Time.",
  unit: "seconds",
  labels: ["kind", "status"],
  buckets: bounds,
};
const done: MetricFamily = { ...took, name: "bench_total", type: "counter", unit: "" };

/** What an observation costs beside prom-client's, a scrape of a full table, and a query over a day. */
export async function measureMetric(bench: ObservabilityBench): Promise<Report> {
  const pieces = bench.isQuick ? 50 : 1_000;
  const observing = observeRows(pieces);
  bench.say("a scrape");
  const scrape = await scrapeRows(bench.isQuick ? 3 : 30);
  bench.say("queries over a day");
  const queries = await queryRows(bench.isQuick ? 2 : 20);
  const rows = [...observing, ...scrape, ...queries];
  const isBad = rows.some(({ bar, p50 }) => bar !== null && p50 >= bar);
  const text = `${tableOf(rows)}\n\nObservations are of two labels, 24 series and 16 buckets, ${atOnce} in a piece.`;
  return { title: "Metrics", text, isBad };
}

function observeRows(pieces: number): Row[] {
  const store = openStore(systemClock);
  const plain = metricsOf(store, systemClock, () => null);
  const traced = metricsOf(store, systemClock, () => "0123456789abcdef0123456789abcdef");
  const register = new client.Registry();
  const options = { name: took.name, help: took.help, labelNames: ["kind", "status"], registers: [register] };
  const histogram = new client.Histogram({ ...options, buckets: bounds });
  const counter = new client.Counter({ ...options, name: done.name });
  const row = (what: string, bar: number | null, observe: (labels: Labels, value: number) => void): Row => {
    const us = piecesOf(pieces, observe);
    return { what, p50: quantile(us, 0.5), p99: quantile(us, 0.99), bar, unit: "µs" };
  };
  return [
    row("observe", observeBarUs, (labels, value) => plain.meters.observe(took, labels, value)),
    row("observe, with the trace around it", observeBarUs, (labels, value) =>
      traced.meters.observe(took, labels, value),
    ),
    row("the same by prom-client, without an example", null, (labels, value) => histogram.observe(labels, value)),
    row("add", observeBarUs, (labels) => plain.meters.add(done, labels)),
    row("the same by prom-client", null, (labels) => counter.inc(labels)),
  ];
}

interface Labels extends Record<string, string> {
  readonly kind: string;
  readonly status: string;
}

const labelSets: readonly Labels[] = ["run", "model", "tool", "agent", "sleep", "review", "event", "attempt"].flatMap(
  (kind) => ["succeeded", "failed", "cancelled"].map((status) => ({ kind, status })),
);

/** Microseconds of one observation, as the mean of each piece. */
function piecesOf(pieces: number, observe: (labels: Labels, value: number) => void): number[] {
  const us: number[] = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const began = performance.now();
    for (let at = 0; at < atOnce; at += 1) {
      const labels = labelSets[at % labelSets.length];
      if (labels) observe(labels, (at % 97) / 10);
    }
    us.push(((performance.now() - began) * 1_000) / atOnce);
  }
  return us;
}

async function scrapeRows(rounds: number): Promise<Row[]> {
  const clock = movedClock(Date.UTC(2026, 10, 25));
  await using store = openStore(clock);
  const metrics = metricsOf(store, clock, () => null);
  for (let flow = 0; flow < 200; flow += 1) {
    for (const { kind } of labelSets) {
      metrics.meters.add({ ...done, name: `bench_${kind}_total`, labels: ["flow"] }, { flow: `flow ${flow}` });
    }
  }
  metrics.start();
  const [route] = metrics.routes;
  const request = { method: "GET", url: "/metrics", header: () => undefined, body: async () => new Uint8Array() };
  const scrapes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    clock.move(10_000);
    const began = performance.now();
    await route?.handle(request, { signal: new AbortController().signal });
    scrapes.push(performance.now() - began);
    await store.flush();
  }
  await metrics[Symbol.asyncDispose]();
  return [rowOf("a scrape of 1,600 series", scrapes, null)];
}

const day = 86_400_000;

async function queryRows(rounds: number): Promise<Row[]> {
  const start = Date.UTC(2026, 10, 25);
  const clock = movedClock(start);
  await using store = openStore(clock);
  const metrics = metricsOf(store, clock, () => null);
  for (let at = start; at < start + day; at += 60_000) {
    clock.move(60_000);
    store.sink.points(
      labelSets.flatMap((labels) => [
        { name: done.name, labels, at: at * 1_000, point: { type: "counter", sum: 3 } } as const,
        {
          name: took.name,
          labels,
          at: at * 1_000,
          point: { type: "histogram", sum: 9, count: bounds.length + 1, bounds, counts: [...bounds, 1].map(() => 1) },
        } as const,
      ]),
    );
    if (at % 600_000 === 0) await store.flush();
  }
  await store.flush();
  const ask = async (what: string, expression: string): Promise<Row> => {
    const ms: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const began = performance.now();
      const query = { expression, from: start, to: start + day, stepMs: 600_000 };
      await metrics.query(query, new AbortController().signal);
      ms.push(performance.now() - began);
    }
    return rowOf(what, ms, null);
  };
  return [
    await ask("sum by (kind) (rate(…[5m])), a day, 24 series", `sum by (kind) (rate(${done.name}[5m]))`),
    await ask(
      "histogram_quantile over a day, 408 buckets",
      `histogram_quantile(0.95, sum by (le) (rate(${took.name}_bucket[10m])))`,
    ),
  ];
}

function rowOf(what: string, ms: readonly number[], bar: number | null): Row {
  return { what, p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), bar, unit: "ms" };
}

function openStore(clock: Clock): TelemetryStore {
  return createTelemetryStore({ path: ":memory:", clock, log: silentLog, sample: 1 });
}

function metricsOf(store: TelemetryStore, clock: Clock, traceId: () => string | null): Metrics {
  const settings = { keep: "2d", keepHours: "90d", open: false, mostSeries: 5_000 };
  return createMetrics({ settings, store, clock, log: silentLog, version: "0", traceId, sources: () => [] });
}

/** Time that moves when it is told to; what waits for it is not of interest here. */
function movedClock(start: number): Clock & { move(ms: number): void } {
  let now = start;
  return { now: () => now, move: (ms) => void (now += ms), after: () => () => undefined };
}
