import assert from "node:assert/strict";
import { test } from "node:test";
import { TuttiError } from "../../src/core/error.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { ask, costFlow, ended, mustAgree, type OpenCost } from "./cost-case.ts";

interface Shown {
  readonly inFlight: number;
  readonly rows: readonly Record<string, number | string | null>[];
}

const scripted = (answer: Parameters<typeof createScriptedModel>[0]["answers"], name = "scripted/a"): ChatModel =>
  createScriptedModel({ name, answers: answer });

/** A model that tells when a call has reached it, and answers when it is let. */
function gate(name = "scripted/a"): ChatModel & { readonly reached: Promise<void>; open(): void } {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const model = scripted(() => "one two three", name);
  return {
    name,
    reached: reached.promise,
    open: opened.resolve,
    async chat(request, call) {
      reached.resolve();
      await Promise.race([opened.promise, new Promise((resolve) => call.signal.addEventListener("abort", resolve))]);
      return model.chat(request, call);
    },
  };
}

export function ledgerTests(open: OpenCost): void {
  test("has a row for every call, by run, step, agent and model, with its counts and what they cost by the dated list", async () => {
    const prices = { date: "2026-11-01", currency: "EUR", models: { "scripted/*": { input: 2, output: 6 } } };
    await using engine = await open({ models: [scripted(() => "one two three")], cost: { prices } });
    const agent = { name: "helper", instructions: "Help" };
    const flow = costFlow(async (step) => {
      await ask(step, "a");
      return (await step.agent("b", agent, { prompt: "Go on" })).turns;
    });
    const run = await engine.run(flow);
    assert.equal(run.status, "succeeded", JSON.stringify(run.error));
    const rows = await engine.rows(
      "select run, step, attempt, flow, agent, model, input, output, cached, money, currency, priced_on, state from cost_calls order by began_at, step",
    );
    const common = { run: run.id, attempt: 1, flow: flow.name, model: "scripted/a", output: 3, cached: null };
    const priced = { currency: "EUR", priced_on: "2026-11-01", state: "settled" };
    assert.deepEqual(rows, [
      { ...common, ...priced, step: "a", agent: null, input: 3, money: 24 },
      { ...common, ...priced, step: "b/turn 1/model", agent: "helper", input: 5, money: 28 },
    ]);
    const { rows: byAgent } = await engine.op<Shown>("cost.show", { by: "agent" });
    assert.deepEqual(
      byAgent.map(({ key, calls, inputTokens, outputTokens, cachedTokens, money }) => [
        key,
        calls,
        inputTokens,
        outputTokens,
        cachedTokens,
        money,
      ]),
      [
        [null, 1, 3, 3, null, 0.000_024],
        ["helper", 1, 5, 3, null, 0.000_028],
      ],
    );
    const { rows: bySteps } = await engine.op<Shown>("cost.show", { by: "step", run: run.id });
    assert.deepEqual(
      bySteps.map(({ key }) => key),
      ["a", "b/turn 1/model"],
    );
    await mustAgree(engine);
  });

  test("says unknown, never zero, where there is no price", async () => {
    await using engine = await open({ models: [scripted(() => "one")] });
    await engine.run(costFlow((step) => ask(step, "a")));
    const { rows } = await engine.op<Shown>("cost.show");
    assert.deepEqual([rows[0]?.["money"], rows[0]?.["unpriced"], rows[0]?.["currency"]], [null, 1, null]);
  });

  test("holds a call that a crash has cut off at its bound, marked, and the call of the step's next execution beside it", async () => {
    const first = gate();
    await using engine = await open({ models: [first] });
    const id = await engine.start(costFlow((step) => ask(step, "a", { maxTokens: 50 })));
    await first.reached;
    const [before] = await engine.rows("select state, bound_tokens, charged_tokens from cost_calls");
    await engine.crash();
    first.open();
    assert.equal((await engine.until(id, ...ended)).status, "succeeded");
    const rows = await engine.rows("select state, input, charged_tokens from cost_calls order by began_at");
    assert.deepEqual(rows, [
      { state: "estimated", input: null, charged_tokens: before?.["bound_tokens"] },
      { state: "settled", input: 3, charged_tokens: 6 },
    ]);
    assert.ok(Number(before?.["bound_tokens"]) > 50);
    const { rows: shown } = await engine.op<Shown>("cost.show");
    assert.deepEqual(
      [shown[0]?.["calls"], shown[0]?.["estimated"], shown[0]?.["estimatedTokens"], shown[0]?.["inputTokens"]],
      [2, 1, before?.["bound_tokens"], 3],
    );
    await mustAgree(engine);
  });

  test("counts a call at its bound when its step has lost a race, as nobody knows what it took", async () => {
    const slow = gate("scripted/slow");
    await using engine = await open({ models: [scripted(() => "one"), slow] });
    const run = await engine.run(
      costFlow((step) =>
        step.race("r", {
          slow: (inner) => ask(inner, "s", { model: "scripted/slow" }),
          quick: async (inner) => {
            await inner.run("wait", () => slow.reached);
            return ask(inner, "q", { model: "scripted/a" });
          },
        }),
      ),
    );
    assert.equal(run.status, "succeeded");
    await engine.sweep();
    const rows = await engine.rows("select model, state from cost_calls order by model");
    assert.deepEqual(rows, [
      { model: "scripted/a", state: "settled" },
      { model: "scripted/slow", state: "estimated" },
    ]);
    await mustAgree(engine);
  });

  test("counts nothing for a call that no server has taken, and the bound for one that broke in its middle", async () => {
    const refused = new TuttiError("model.unreachable", "nobody", {
      cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
    });
    const broken = new TuttiError("model.unreachable", "gone", {
      cause: Object.assign(new Error("x"), { code: "ECONNRESET" }),
    });
    const unable = new TuttiError("model.bad_answer", "does not support tools", { data: { status: 400 } });
    const answers = [{ error: refused }, { error: broken }, { error: unable }];
    await using engine = await open({ models: [scripted(answers)] });
    const run = await engine.run(
      costFlow((step) =>
        Promise.all([ask(step, "a"), ask(step, "b"), ask(step, "c")].map((asked) => asked.catch(() => "failed"))),
      ),
    );
    assert.equal(run.status, "succeeded");
    const rows = await engine.rows("select state, charged_calls, input from cost_calls order by charged_calls");
    assert.deepEqual(rows, [
      { state: "settled", charged_calls: 0, input: 0 },
      { state: "settled", charged_calls: 0, input: 0 },
      { state: "estimated", charged_calls: 1, input: null },
    ]);
    await mustAgree(engine);
  });

  test("has calls that no step makes as well", async () => {
    await using engine = await open({ models: [scripted(() => "one")] });
    await engine
      .model("scripted/a")
      .chat({ messages: [{ role: "user", content: "hi" }] }, { signal: new AbortController().signal });
    assert.deepEqual(await engine.rows("select run, step, state from cost_calls"), [
      { run: null, step: null, state: "settled" },
    ]);
  });

  test("refuses a time that is neither a day nor a duration, with what to write", async () => {
    await using engine = await open({ models: [] });
    await assert.rejects(engine.op("cost.show", { since: "yesterday" }), /"yesterday" is neither a day nor a duration/);
  });
}
