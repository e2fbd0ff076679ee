// The same figures in a real Prometheus and in our store, and the same questions to both.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Clock } from "../../../src/core/clock.ts";
import type { MetricFamily } from "../../../src/core/metric.ts";
import { expose } from "../../../src/observability/metric/exposition.ts";
import { queryMetrics } from "../../../src/observability/metric/promql/query.ts";
import { createSeriesTable, type SeriesTable } from "../../../src/observability/metric/series-table.ts";
import type { TelemetryStore } from "../../../src/observability/store/telemetry-store.ts";
import { figureStore } from "../../support/figure-store.ts";
import { startPrometheus, type PrometheusServer } from "../../support/prometheus-server.ts";
import { needs, prometheusProgram } from "../../support/services.ts";

const jobs: MetricFamily = { name: "jobs_total", type: "counter", help: "Jobs.", unit: "", labels: ["flow", "status"] };
const depth: MetricFamily = { name: "depth", type: "gauge", help: "Depth.", unit: "", labels: ["server"] };
const took: MetricFamily = {
  name: "took_seconds",
  type: "histogram",
  help: "Time.",
  unit: "seconds",
  labels: ["kind"],
  buckets: [0.1, 0.5, 1, 5],
};

const start = Date.UTC(2026, 10, 25, 8);
const intervals = 540; // of ten seconds: an hour and a half
const end = start + intervals * 10_000;

const restart = intervals / 2;

/** The same samples lie in the window of both, and what is computed of them is the same. */
const ofGauges = [
  "depth",
  'depth{server="a"} offset 5m',
  "sum(depth)",
  "depth > 20",
  "topk(1, depth)",
  "avg_over_time(depth[10m])",
  "min_over_time(depth[10m])",
  "max_over_time(depth[10m])",
  "count_over_time(depth[10m])",
  "delta(depth[10m])",
  "-2 ^ 2 + 7 % 4",
  'absent(jobs_total{flow="none"})',
];

/** Where a window begins and ends with an interval there is nothing to guess; elsewhere both guess, and not alike. */
const ofCounts = [
  "rate(jobs_total[15m])",
  "increase(jobs_total[20m])",
  "sum by (flow) (rate(jobs_total[5m]))",
  "sum without (flow) (increase(jobs_total[15m]))",
  'sum(rate(jobs_total{status="failed"}[15m])) / sum(rate(jobs_total[15m]))',
  'rate(jobs_total{status="failed"}[15m]) / ignoring (status) sum without (status) (rate(jobs_total[15m]))',
  "increase(jobs_total[15m]) / ignoring (status) group_left sum without (status) (increase(jobs_total[15m]))",
  'sum(increase(jobs_total{status=~"f.*"}[15m])) > 3 or vector(0)',
  "histogram_quantile(0.5, sum by (le) (rate(took_seconds_bucket[10m])))",
  "histogram_quantile(0.95, sum by (le, kind) (rate(took_seconds_bucket[10m])))",
  "histogram_quantile(0.999, rate(took_seconds_bucket[10m]))",
  "sum(rate(took_seconds_sum[5m])) / sum(rate(took_seconds_count[5m]))",
  "rate(idle_total[5m])",
];

describe(
  "PromQL, beside a real Prometheus",
  { timeout: 60_000, skip: needs("prometheus", prometheusProgram()) },
  () => {
    let prometheus: PrometheusServer;
    let store: TelemetryStore;

    before(async () => {
      const world = await makeHistory();
      store = world.store;
      prometheus = await startPrometheus({ history: world.text });
    });

    after(() => prometheus[Symbol.asyncDispose]());

    for (const expression of ofGauges) {
      it(`gives the same for ${expression}`, async () => {
        for (const at of [end - 7_000, end - 607_000]) await compare(expression, at, 1e-9);
      });
    }

    for (const expression of ofCounts) {
      it(`gives the same for ${expression}, and nearly so where the window cuts an interval in two`, async () => {
        for (const at of [end, end - 600_000]) await compare(expression, at, 1e-9);
        for (const at of [end - 7_000, end - 604_000]) await compare(expression, at, 0.05);
      });
    }

    it("gives nearly the same where the process was restarted", async () => {
      const at = start + (restart + 20) * 10_000;
      await compare("sum by (flow) (rate(jobs_total[10m]))", at, 0.05);
      await compare("sum(increase(took_seconds_count[1h]))", end, 0.05);
    });

    it("gives a count of all that ever was, where Prometheus begins anew with the process", async () => {
      const ours = await ask('sum(jobs_total{flow="a"})', end);
      const [theirs] = await prometheus.query('sum(jobs_total{flow="a"})', end / 1_000);
      assert.ok((ours.get("") ?? 0) > 1.5 * Number(theirs?.value[1]));
    });

    async function compare(expression: string, at: number, within: number): Promise<void> {
      const theirs = await prometheus.query(expression, at / 1_000);
      const ours = await ask(expression, at);
      const wanted = new Map(theirs.map(({ metric, value }) => [keyOf(metric), Number(value[1])]));
      assert.ok(wanted.size > 0, `${expression} gives nothing at all`);
      assert.deepEqual([...ours.keys()].toSorted(), [...wanted.keys()].toSorted());
      for (const [key, value] of wanted) {
        const own = ours.get(key) ?? Number.NaN;
        const isSame = Object.is(own, value) || Math.abs(own - value) <= within * Math.abs(value);
        assert.ok(isSame, `${expression} at ${(at - start) / 1_000} s: ${key} is ${own} here and ${value} there`);
      }
    }

    async function ask(expression: string, at: number): Promise<Map<string, number>> {
      const clock: Clock = { now: () => end, after: () => () => undefined };
      const query = { expression, from: at, to: at, stepMs: 0 };
      const { series } = await queryMetrics({ store, clock }, query, new AbortController().signal);
      return new Map(series.map(({ labels, points }) => [keyOf(labels), points[0]?.[1] ?? Number.NaN]));
    }
  },
);

function keyOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map((pair) => pair.join("="))
    .toSorted()
    .join();
}

/** An hour and a half of work by a process that is restarted in the middle: what a scraper saw, and what was kept. */
async function makeHistory(): Promise<{ readonly store: TelemetryStore; readonly text: string }> {
  const random = sequence();
  const scrapes: string[] = [];
  let now = start;
  const clock: Clock = { now: () => now, after: () => () => undefined };
  const store = figureStore(clock);
  const newTable = (): SeriesTable => createSeriesTable({ clock, mostSeries: 1_000 });
  let table = newTable();
  let level = 20;
  for (let interval = 1; interval <= intervals; interval += 1) {
    if (interval === restart) table = newTable();
    level += random() * 4 - 2;
    work(table, random, level);
    now = start + interval * 10_000;
    scrapes.push(withTime(expose(table.all(), "openmetrics"), now));
    store.sink.points(table.take(now));
    await store.flush();
  }
  return { store, text: inOneText(scrapes) };
}

function work(table: SeriesTable, random: () => number, level: number): void {
  for (let job = 0; job < 6; job += 1) {
    const flow = random() < 0.7 ? "a" : "b";
    const status = random() < 0.1 ? "failed" : "succeeded";
    table.add({ family: jobs, labels: { flow, status }, value: 1 });
    table.observe({ family: took, labels: { kind: flow }, value: -Math.log(random()) });
  }
  table.add({ family: { ...jobs, name: "idle_total", labels: [] }, labels: {}, value: 0 });
  for (const server of ["a", "b"])
    table.set({ family: depth, labels: { server }, value: level * (server === "a" ? 1 : 2) });
}

function withTime(text: string, at: number): string {
  return text.replaceAll(/^([^#\n].*)$/gm, `$1 ${at / 1_000}`);
}

/** OpenMetrics wants all of a family together. */
function inOneText(scrapes: readonly string[]): string {
  const families = new Map<string, { readonly head: string[]; readonly lines: string[] }>();
  for (const scrape of scrapes) {
    for (const block of scrape.split(/(?=^# HELP )/m)) {
      const lines = block.split("\n").filter((line) => line !== "" && line !== "# EOF");
      const head = lines.filter((line) => line.startsWith("#"));
      const family = families.get(head[0] ?? "") ?? { head, lines: [] };
      families.set(head[0] ?? "", family);
      family.lines.push(...lines.filter((line) => !line.startsWith("#")));
    }
  }
  const blocks = [...families.values()].map(({ head, lines }) => head.concat(lines).join("\n"));
  return `${blocks.join("\n")}\n# EOF\n`;
}

/** Chance that is the same each time (a linear congruential generator). */
function sequence(): () => number {
  let state = 42;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
