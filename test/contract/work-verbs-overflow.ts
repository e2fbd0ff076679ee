import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { ChatModel } from "../../src/models/chat-model.ts";
import { withOverflowPolicy } from "../../src/models/context/overflow-policy.ts";
import { createScriptedModel, type ScriptedAnswer, type ScriptedModel } from "../../src/models/scripted.ts";
import { ended, failureOf, workFlow, type OpenWork } from "./work-verbs-case.ts";
import { makeTool } from "./work-verbs-tool.ts";

const words = (count: number): string => "word ".repeat(count);

/** A model of 4,096 tokens that is loaded with 100, as a registry hands it out. */
function small(answers: (index: number) => ScriptedAnswer): { script: ScriptedModel; model: ChatModel } {
  const script = createScriptedModel({
    answers: (_request, index) => answers(index),
    contextLength: 4_096,
    numCtx: 100,
  });
  return { script, model: withOverflowPolicy(script, script.window) };
}

export function overflowTests(open: OpenWork): void {
  test("a step whose prompt does not fit fails with how much is too much, and what it is", async () => {
    const { model } = small(() => "ok");
    await using engine = await open({ model });
    const run = await engine.run(
      workFlow(async (step) =>
        step.model("m", { prompt: words(150) }).catch(({ code, data }: StepError) => ({ code, data })),
      ),
    );
    const { code, data } = run.output as { code: string; data: Record<string, unknown> };
    assert.equal(code, "model.context_overflow");
    assert.match(JSON.stringify(data), /"limit":100.*"tooMany":51.*"largest":"goal"/);
  });

  test("grow: the result and the live events say that the context grew", async () => {
    const { model } = small(() => "ok");
    await using engine = await open({ model });
    const live: unknown[] = [];
    const id = await engine.start(
      workFlow(async (step) => step.model("m", { prompt: words(150), onOverflow: "grow" })),
    );
    const leave = engine.live.subscribe(id, (event) => event.type === "live" && live.push(event.data));
    const run = await engine.until(id, ...ended);
    leave();
    assert.deepEqual((run.output as { grown: unknown }).grown, { from: 100, to: 2_048 });
    assert.deepEqual(live, [{ notice: "context of scripted/model: 100 to 2,048 tokens" }, { text: "ok" }]);
  });

  for (const [policy, reason, asked] of [
    ["fail", /before the answer had ended/, 1],
    ["grow", /So it was with one rung less/, 2],
    ["compact", /Leaving out old turns is not enough/, 1],
  ] as const) {
    test(`an agent without maxTokens whose answer never ends fails with model.context_overflow: ${policy}`, async () => {
      const { script, model } = small((index) =>
        index === 0 ? { toolCalls: [{ name: "look", arguments: { n: 1 } }] } : words(9_000),
      );
      await using engine = await open({ model, tools: [makeTool("look", () => "seen")] });
      const agent = { name: "talker", instructions: "Talk.", tools: ["look"], onOverflow: policy };
      const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Go." })));
      const { code, message, data } = failureOf(run);
      assert.deepEqual([code, (data as { kind: string }).kind], ["model.context_overflow", "answer"]);
      assert.match(message, reason);
      assert.match((data as { hint: string }).hint, /maxTokens/);
      assert.equal(script.requests.length, 1 + asked);
      assert.deepEqual(
        run.steps.filter(({ status }) => status === "succeeded").map(({ key }) => key),
        ["a/turn 1/model", "a/turn 1/look"],
      );
    });
  }

  test("compact: an agent outlives its context, and each turn's result says what was left out", async () => {
    const { script, model } = small((index) =>
      index < 6 ? { toolCalls: [{ name: "look", arguments: { n: index } }] } : "done",
    );
    await using engine = await open({ model, tools: [makeTool("look", () => words(20))] });
    const agent = { name: "reader", instructions: "Look around.", tools: ["look"], onOverflow: "compact" as const };
    const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Go." })));
    assert.equal((run.output as { text: string }).text, "done");
    const last = script.requests.at(-1)?.messages ?? [];
    assert.deepEqual(
      last.slice(0, 2).map(({ content }) => content),
      ["Look around.", "Go."],
    );
    assert.match(last[2]?.content ?? "", /^\[\d+ earlier messages were left out here/);
    assert.equal(last.at(-1)?.role, "tool");
    const results = (await engine.store.rows(run.id)).map(({ result }) => result ?? "");
    assert.ok(results.some((result) => /"compacted":\{"messages":\d+,"tokens":\d+\}/.test(result)));
  });
}
