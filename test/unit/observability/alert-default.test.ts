// Tutti's own rules over figures as they are stored, by the PromQL that is there.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultRules } from "../../../src/observability/alert/default-rules.ts";
import { evaluate, type Evaluation } from "../../../src/observability/alert/evaluate.ts";
import { queryMetrics } from "../../../src/observability/metric/promql/query.ts";
import type { Point } from "../../../src/observability/record.ts";
import { figureStore } from "../../support/figure-store.ts";

const now = Date.UTC(2026, 10, 25, 9);
const clock = { now: () => now, after: () => () => undefined };
const counter = (sum: number): Point => ({ type: "counter", sum });
const gauge = (value: number): Point => ({ type: "gauge", last: value, min: value, max: value });
const histogram = (counts: readonly number[], bounds: readonly number[]): Point => ({
  type: "histogram",
  sum: 1,
  count: counts.reduce((sum, one) => sum + one, 0),
  bounds,
  counts,
});

interface Figure {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly point: Point;
}

/** Looks at a rule once; each figure was so a minute ago and is so still. */
async function look(name: string, figures: readonly Figure[]): Promise<Evaluation> {
  const rule = defaultRules.find((one) => one.name === name);
  assert.ok(rule, `no rule ${name}`);
  await using store = figureStore(clock);
  for (const at of [now - 60_000, now])
    store.sink.points(figures.map(({ labels = {}, ...figure }) => ({ ...figure, labels, at: at * 1_000 })));
  const signal = new AbortController().signal;
  const metrics = {
    query: (query: Parameters<typeof queryMetrics>[1]) => queryMetrics({ store, clock }, query, signal),
  };
  await store.flush();
  // Awaited here: the store is closed with this block.
  return await evaluate({ metrics, store }, rule, { now, signal });
}

const labelsOf = (found: Evaluation): unknown =>
  found.outcome === "seen" ? found.observations.map(({ labels }) => labels) : found;

const runs = (flow: string, failed: number, succeeded: number): Figure[] => [
  { name: "tutti_runs_total", labels: { flow, status: "failed" }, point: counter(failed) },
  { name: "tutti_runs_total", labels: { flow, status: "succeeded" }, point: counter(succeeded) },
];
const calls = "gen_ai_client_operation_duration_seconds";
const ofModel = (failed: number, succeeded: number): Figure[] => [
  { name: calls, labels: { gen_ai_request_model: "m", error_type: "timeout" }, point: histogram([failed, 0], [1]) },
  { name: calls, labels: { gen_ai_request_model: "m" }, point: histogram([succeeded, 0], [1]) },
];
const part = (name: string, bytes: number): Figure => ({
  name: "tutti_storage_bytes",
  labels: { part: name },
  point: gauge(bytes),
});
const cap: Figure = { name: "tutti_storage_cap_bytes", point: gauge(100) };
const firstChunk = "gen_ai_client_operation_time_to_first_chunk_seconds";

/** For each rule: what it fires at, for which labels, and what it does not. */
const cases: Readonly<Record<string, { fires: Figure[]; labels: unknown; calm: Figure[] }>> = {
  FailingRuns: {
    fires: [...runs("triage", 5, 5), ...runs("other", 0, 9)],
    labels: [{ flow: "triage" }],
    calm: [...runs("triage", 5, 95), ...runs("rare", 1, 0)],
  },
  QueueStuck: {
    fires: [{ name: "tutti_queue_age_seconds", point: gauge(700) }],
    labels: [{}],
    calm: [{ name: "tutti_queue_age_seconds", point: gauge(500) }],
  },
  ModelCallsFailing: { fires: ofModel(4, 2), labels: [{ gen_ai_request_model: "m" }], calm: ofModel(2, 5) },
  SlowFirstToken: {
    fires: [{ name: firstChunk, labels: { gen_ai_request_model: "m" }, point: histogram([1, 0, 9, 0], [1, 40, 80]) }],
    labels: [{ gen_ai_request_model: "m" }],
    calm: [{ name: firstChunk, labels: { gen_ai_request_model: "m" }, point: histogram([9, 0, 0, 0], [1, 40, 80]) }],
  },
  BudgetNearlyUsed: {
    fires: [{ name: "tutti_budget_used_ratio", labels: { budget: "daily" }, point: gauge(0.95) }],
    labels: [{ budget: "daily" }],
    calm: [{ name: "tutti_budget_used_ratio", labels: { budget: "daily" }, point: gauge(0.5) }],
  },
  ReviewWaiting: {
    fires: [{ name: "tutti_review_oldest_seconds", point: gauge(20_000) }],
    labels: [{}],
    calm: [{ name: "tutti_review_oldest_seconds", point: gauge(60) }],
  },
  StorageNearCap: {
    fires: [part("blobs", 50), part("telemetry", 45), cap],
    labels: [{}],
    calm: [part("blobs", 50), part("telemetry", 5), cap],
  },
  TelemetryDropped: {
    fires: [{ name: "tutti_telemetry_records_total", labels: { outcome: "dropped" }, point: counter(3) }],
    labels: [{ outcome: "dropped" }],
    calm: [{ name: "tutti_telemetry_records_total", labels: { outcome: "accepted" }, point: counter(3) }],
  },
  CollectorRefuses: {
    fires: [{ name: "tutti_otlp_sent_total", labels: { signal: "traces", outcome: "refused" }, point: counter(3) }],
    labels: [{ signal: "traces" }],
    calm: [{ name: "tutti_otlp_sent_total", labels: { signal: "traces", outcome: "sent" }, point: counter(3) }],
  },
  AlertRuleFailing: {
    fires: [{ name: "tutti_alerts", labels: { state: "error" }, point: gauge(1) }],
    labels: [{}],
    calm: [{ name: "tutti_alerts", labels: { state: "error" }, point: gauge(0) }],
  },
};

describe("a rule of Tutti's own over figures", () => {
  for (const { name, query } of defaultRules) {
    if (query.kind !== "metrics") continue;
    it(`sees what it is for, and only that: ${name}`, async () => {
      const { fires, labels, calm } = cases[name] ?? assert.fail(`no case for ${name}`);
      assert.deepEqual(labelsOf(await look(name, fires)), labels);
      assert.deepEqual(labelsOf(await look(name, calm)), []);
    });
  }

  it("has no data where nothing was kept of its figures", async () => {
    assert.equal((await look("QueueStuck", [])).outcome, "no_data");
  });
});
