import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "../../src/index.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { codeOf, costFlow, type OpenCost } from "./cost-case.ts";

/** A model that writes a token in so many milliseconds, as far as its server tells. */
function model(name: string, msPerToken?: number): ChatModel {
  const scripted = createScriptedModel({ name, answers: () => "one two three" });
  return {
    name,
    async chat(request, call) {
      const answer = await scripted.chat(request, call);
      const generateMs = msPerToken === undefined ? undefined : msPerToken * answer.usage.outputTokens;
      return { ...answer, timings: { ...answer.timings, generateMs } };
    },
  };
}

const ask = (step: Step, name: string, chosen: string) =>
  step.model(name, { model: chosen, prompt: "Say it", options: { maxTokens: 20 } });

const auto = () => costFlow((step) => ask(step, "a", "auto"));

export function choiceTests(open: OpenCost): void {
  test("takes the quickest one that is able, by what the ledger has measured, and says why in the step's result", async () => {
    const models = [
      model("scripted/slow", 50),
      model("scripted/new"),
      model("scripted/quick", 10),
      model("scripted/mute", 1),
    ];
    await using engine = await open({ models, unable: { "scripted/mute": "it cannot chat" } });
    await engine.run(
      costFlow((step) => Promise.all([ask(step, "a", "scripted/slow"), ask(step, "b", "scripted/quick")])),
    );
    const run = await engine.run(auto());
    assert.deepEqual(Reflect.get(run.output as object, "choice"), {
      model: "scripted/quick",
      why: "ahead of scripted/slow by speed (10.0 ms a token against 50.0 ms a token)",
      others: [
        { model: "scripted/slow", why: "behind by speed (10.0 ms a token against 50.0 ms a token)" },
        { model: "scripted/new", why: "behind by speed (10.0 ms a token against no measurement)" },
        { model: "scripted/mute", why: "it cannot chat" },
      ],
    });
    assert.equal(Reflect.get(run.output as object, "model"), "scripted/quick");
    const rows = await engine.rows("select count(*) as count from cost_calls where model = 'scripted/quick'");
    assert.equal(Number(rows[0]?.["count"]), 2);
  });

  test("puts quality before speed where it is scored, and what a budget refuses behind both", async () => {
    const models = [model("scripted/good", 50), model("scripted/quick", 10), model("scripted/best", 90)];
    const quality = { "scripted/good": 0.8, "scripted/quick": 0.4, "scripted/best": 0.9 };
    await using engine = await open({ models, quality });
    await engine.op("budget.set", { name: "dear", scope: "model", of: "scripted/best", window: "total", tokens: 10 });
    const run = await engine.run(auto());
    assert.deepEqual(Reflect.get(run.output as object, "choice"), {
      model: "scripted/good",
      why: "ahead of scripted/quick by quality (0.8 against 0.4)",
      others: [
        { model: "scripted/quick", why: "behind by quality (0.8 against 0.4)" },
        { model: "scripted/best", why: 'budget "dear" has 10 tokens left' },
      ],
    });
    const advice = await engine.op<{ model: string; isWithinBudgets: boolean }[]>("models.advise");
    assert.deepEqual(
      advice.map(({ model: name, isWithinBudgets }) => [name, isWithinBudgets]),
      [
        ["scripted/good", true],
        ["scripted/quick", true],
        ["scripted/best", false],
      ],
    );
  });

  test("leaves it to the budget what happens where none has room, and fails where none is able", async () => {
    const models = [model("scripted/a"), model("scripted/b")];
    await using engine = await open({ models, unable: { "scripted/b": "it is too small" } });
    await engine.op("budget.set", { name: "all", window: "total", tokens: 10 });
    const paused = await engine.run(auto());
    assert.deepEqual([paused.status, codeOf(paused)], ["paused", "budget.exceeded"]);
    await using none = await open({ models, unable: { "scripted/a": "it is mute", "scripted/b": "it is too small" } });
    const failed = await none.run(auto());
    assert.deepEqual([failed.status, codeOf(failed)], ["failed", "model.missing"]);
    assert.match(failed.error?.message ?? "", /\(scripted\/a: it is mute; scripted\/b: it is too small\)/);
  });
}
