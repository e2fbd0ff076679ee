import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createClaudeOperations } from "../../../src/observability/claude/claude.ts";
import { toClaudeEvent } from "../../../src/observability/claude/event.ts";
import { claudeView, type ClaudeView } from "../../../src/observability/claude/view.ts";
import { createMetrics, type Metrics } from "../../../src/observability/metric/metrics.ts";
import { createOtlp } from "../../../src/observability/otlp/otlp.ts";
import { createTelemetryStore } from "../../../src/observability/store/store.ts";
import { claudeEvents, claudeFigures } from "../../support/claude-telemetry.ts";
import { serve } from "../server/served.ts";

interface Listening extends AsyncDisposable {
  post(path: string, body: object): Promise<void>;
  show(since?: string): Promise<ClaudeView>;
  readonly metrics: Metrics;
}

async function listen(): Promise<Listening> {
  const [clock, log] = [systemClock, silentLog];
  const store = createTelemetryStore({ path: ":memory:", clock, log, sample: 1 });
  const metrics = createMetrics({
    settings: { keep: "2d", keepHours: "90d", open: false, mostSeries: 5_000 },
    store,
    clock,
    log,
    version: "1.2.3",
    traceId: () => null,
    sources: () => [],
  });
  metrics.start();
  const settings = { receive: true, headers: {} };
  const otlp = createOtlp({ settings, store, metrics, clock, log, version: "1.2.3", environment: {} });
  const served = await serve({ routes: otlp.routes });
  const [show] = createClaudeOperations({ store, clock });
  return {
    metrics,
    async post(path, body) {
      const headers = { "content-type": "application/json" };
      const response = await served.ask(path, { method: "POST", body: JSON.stringify(body), headers });
      assert.deepEqual([response.status, await response.json()], [200, {}]);
    },
    async show(since = "7d") {
      // What was counted is kept by its end at the latest.
      await metrics[Symbol.asyncDispose]();
      await store.flush();
      const signal = new AbortController().signal;
      return claudeView.parse(await show?.handle({ since } as never, { signal, caller: "test" }));
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await otlp[Symbol.asyncDispose]();
      await metrics[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

const hourAgo = Date.now() - 3_600_000;
const work = { session: "s-1", at: hourAgo, temporality: "delta" } as const;

describe("what Claude Code tells of itself", () => {
  it("is shown by session, tool and model, from its events alone", async () => {
    await using listening = await listen();
    await listening.post("/v1/logs", claudeEvents(work));
    await listening.post("/v1/logs", claudeEvents({ ...work, session: "s-2", at: hourAgo + 60_000 }));
    const { totals, sessions, tools, models, errors, isWhole } = await listening.show();
    assert.equal(isWhole, true);
    assert.deepEqual(
      sessions.map(({ id, prompts, toolCalls, calls, costUsd }) => [id, prompts, toolCalls, calls, costUsd]),
      [
        ["s-2", 2, 2, 2, 0.26],
        ["s-1", 2, 2, 2, 0.26],
      ],
    );
    assert.deepEqual([sessions[1]?.firstAt, sessions[1]?.lastAt], [hourAgo + 1_000, hourAgo + 9_000]);
    assert.equal(sessions[0]?.traceId, "5b8efff798038103d269b633813fc60c");
    assert.deepEqual(sessions[0]?.tokens, { input: 200, output: 40, cacheRead: 6_000, cacheCreation: 80 });
    assert.deepEqual(
      tools.map(({ name, calls, failures, accepted, rejected, medianMs }) => [
        name,
        calls,
        failures,
        accepted,
        rejected,
        medianMs,
      ]),
      [
        ["Bash", 2, 2, 0, 0, 250],
        ["Edit", 2, 0, 2, 0, 12],
        ["Write", 0, 0, 0, 2, null],
      ],
    );
    assert.deepEqual(
      models.map(({ name, calls, costUsd }) => [name, calls, costUsd]),
      [
        ["claude-opus-4-8", 2, 0.5],
        ["claude-haiku-4-5", 2, 0.02],
      ],
    );
    assert.deepEqual([errors.length, errors[0]?.message, errors[0]?.event], [2, "529: overloaded", "api_error"]);
    assert.deepEqual(
      [
        totals.sessions,
        totals.prompts,
        totals.toolCalls,
        totals.toolFailures,
        totals.editsAccepted,
        totals.editsRejected,
      ],
      [2, 4, 4, 2, 2, 2],
    );
    assert.equal(totals.costUsd, 0.52);
  });

  for (const temporality of ["delta", "cumulative"] as const) {
    it(`is added up from its counters alone, sent as ${temporality}, once however often they come`, async () => {
      await using listening = await listen();
      // It began after us: all that it has counted is new.
      const own = { ...work, at: Date.now(), temporality };
      await listening.post("/v1/metrics", claudeFigures(own, 1));
      await listening.post("/v1/metrics", claudeFigures(own, 1));
      await listening.post("/v1/metrics", claudeFigures(own, 2));
      const { totals, sessions } = await listening.show();
      assert.deepEqual(sessions, []);
      assert.deepEqual(totals.tokens, { input: 2_000, output: 400, cacheRead: 18_000, cacheCreation: 800 });
      assert.deepEqual([totals.costUsd, totals.linesAdded, totals.linesRemoved, totals.commits], [1, 60, 8, 2]);
      assert.deepEqual([totals.editsAccepted, totals.editsRejected, totals.activeSeconds], [6, 2, 90]);
    });
  }

  it("counts nothing twice where events and counters tell of the same", async () => {
    await using listening = await listen();
    const own = { ...work, at: Date.now() - 1_000 };
    await listening.post("/v1/logs", claudeEvents(own));
    await listening.post("/v1/metrics", claudeFigures(own, 1));
    const { totals } = await listening.show();
    assert.deepEqual([totals.costUsd, totals.tokens.input, totals.editsAccepted], [0.5, 1_000, 3]);
  });

  it("has no session or person as a label of its figures, which have the names that Prometheus gives them", async () => {
    await using listening = await listen();
    await listening.post("/v1/metrics", claudeFigures(work, 1));
    const figures = (await listening.metrics.read()).filter(({ family }) => family.name.startsWith("claude_code_"));
    assert.deepEqual(
      figures.map(({ family }) => family.name),
      [
        "claude_code_active_time_seconds_total",
        "claude_code_code_edit_tool_decision_total",
        "claude_code_commit_count_total",
        "claude_code_cost_usage_USD_total",
        "claude_code_lines_of_code_count_total",
        "claude_code_token_usage_tokens_total",
      ],
    );
    const labels = new Set(figures.flatMap(({ series }) => [...series].flatMap((one) => Object.keys(one.labels))));
    assert.deepEqual([...labels].toSorted(), ["decision", "job", "language", "model", "tool_name", "type"]);
  });

  it("counts as nothing what is no amount: below zero, beyond all bounds, or no number", () => {
    const attributes = { less: "-5", more: "1e99", none: "NaN", word: "many", some: "7", part: 0.25 };
    const here = { service: "claude-code", scope: "", resource: {}, traceId: null, spanId: null, run: null } as const;
    const record = {
      ...here,
      at: 1,
      level: "info",
      event: "claude_code.api_request",
      message: "",
      attributes,
    } as const;
    const event = toClaudeEvent(record);
    assert.deepEqual(
      Object.keys(attributes).map((name) => event?.number(name)),
      [0, 0, 0, 0, 7, 0.25],
    );
  });

  it("is empty, and not an error, where nothing was told or it was too long ago", async () => {
    await using listening = await listen();
    await listening.post("/v1/logs", claudeEvents(work));
    const { totals, sessions } = await listening.show("10m");
    assert.deepEqual([totals.sessions, totals.costUsd, sessions], [0, 0, []]);
  });
});
