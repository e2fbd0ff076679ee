import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { ChatModel } from "../../src/models/chat-model.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { ask, codeOf, costFlow, ended, mustAgree, type CostEngine, type OpenCost } from "./cost-case.ts";

const model = (name = "scripted/a", delayMs = 0) =>
  createScriptedModel({ name, answers: () => ({ text: "one two three", delayMs }) });

/** Ended, and not paused: what was paused goes on. */
const done = ["succeeded", "failed", "cancelled"];

const two = () =>
  costFlow(async (step) => {
    const first = await ask(step, "a");
    const second = await ask(step, "b");
    return [first.model, second.model];
  });

async function windowOf(engine: CostEngine): Promise<{ used: number; reserved: number; raised: number }> {
  const [row] = await engine.rows("select used, reserved, raised from cost_windows");
  return { used: Number(row?.["used"]), reserved: Number(row?.["reserved"]), raised: Number(row?.["raised"]) };
}

export function limitTests(open: OpenCost): void {
  test("with stop pauses the run before the call, and the run goes on from there once there is room", async () => {
    const asked = model();
    await using engine = await open({ models: [asked] });
    await engine.op("budget.set", { name: "b", window: "total", calls: 1 });
    const paused = await engine.run(two());
    assert.deepEqual([paused.status, codeOf(paused)], ["paused", "budget.exceeded"]);
    assert.match(
      paused.error?.message ?? "",
      /^budget "b" has 0 calls left of 1 call in all; a call of scripted\/a may take 1 call$/,
    );
    assert.match(
      JSON.stringify(paused.error?.data),
      /tutti budget set b --window total --calls … *`; .*go on by themselves then/,
    );
    assert.equal(asked.requests.length, 1);
    await engine.op("budget.set", { name: "b", window: "total", calls: 2 });
    assert.equal((await engine.until(paused.id, ...done)).status, "succeeded");
    assert.equal(asked.requests.length, 2);
    await mustAgree(engine);
  });

  test("with stop holds an agent's turn too", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "b", scope: "agent", of: "helper", window: "total", tokens: 30 });
    const agent = { name: "helper", instructions: "Help", options: { maxTokens: 500 } };
    const run = await engine.run(costFlow((step) => step.agent("a", agent, { prompt: "Go" })));
    assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.exceeded"]);
    await engine.op("budget.set", { name: "b", scope: "agent", of: "helper", window: "total", tokens: 3_000 });
    assert.equal((await engine.until(run.id, ...done)).status, "succeeded");
  });

  test("with stop pauses the run also where an answer is asked for once more", async () => {
    const babbling = createScriptedModel({ name: "scripted/a", answers: () => "no JSON here" });
    await using engine = await open({ models: [babbling] });
    await engine.op("budget.set", { name: "b", window: "total", calls: 1 });
    const output = z.object({ good: z.boolean() });
    const run = await engine.run(costFlow((step) => step.model("a", { prompt: "Good?", output })));
    assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.exceeded"]);
    assert.deepEqual(await engine.openReviews(run.id), []);
    assert.deepEqual(await windowOf(engine), { used: 1, reserved: 0, raised: 0 });
    await mustAgree(engine);
  });

  test("with degrade goes on with the other model, and a replay does so as well", async () => {
    await using engine = await open({ models: [model(), model("scripted/small")] });
    await engine.op("budget.set", {
      name: "b",
      scope: "model",
      of: "scripted/a",
      window: "total",
      calls: 1,
      onLimit: "degrade",
      degradeTo: "scripted/small",
    });
    const run = await engine.run(two());
    assert.deepEqual([run.status, run.output], ["succeeded", ["scripted/a", "scripted/small"]]);
    assert.deepEqual((await engine.verify(run.id)).differences, []);
    const agent = { name: "helper", instructions: "Help" };
    const second = await engine.run(costFlow((step) => step.agent("a", agent, { prompt: "Go" })));
    assert.equal(second.status, "succeeded");
    assert.deepEqual(second.usage.models, ["scripted/small"]);
  });

  test("with degrade stops where the other model is refused too", async () => {
    await using engine = await open({ models: [model(), model("scripted/small")] });
    await engine.op("budget.set", {
      name: "b",
      window: "total",
      calls: 1,
      onLimit: "degrade",
      degradeTo: "scripted/small",
    });
    const run = await engine.run(two());
    assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.exceeded"]);
  });

  test("with degrade stops where two budgets send the step back and forth, and goes on from there", async () => {
    await using engine = await open({ models: [model(), model("scripted/small")] });
    const set = (name: string, from: string, degradeTo: string) => ({ name, of: from, degradeTo, calls: 1 });
    const both = [set("b", "scripted/a", "scripted/small"), set("c", "scripted/small", "scripted/a")];
    for (const budget of both)
      await engine.op("budget.set", { ...budget, scope: "model", window: "total", onLimit: "degrade" });
    const three = costFlow(async (step) => {
      for (const name of ["a", "b", "c"]) await step.model(name, { prompt: "Say it", options: { maxTokens: 20 } });
    });
    const run = await engine.run(three);
    assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.exceeded"]);
    await engine.op("budget.remove", { name: "c" });
    assert.equal((await engine.until(run.id, ...done)).status, "succeeded");
    await mustAgree(engine);
  });

  test("with ask waits for a human, whose approval raises the limit by what it says and lets the run go on", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "b", window: "total", calls: 1, onLimit: "ask", raiseBy: 2 });
    const id = await engine.start(two());
    await engine.until(id, "waiting", ...ended);
    const [review] = await engine.openReviews(id);
    assert.equal(review?.title, 'Raise budget "b" by 2 calls? It has used 1 call of 1 call');
    await engine.crash();
    await engine.review("review.approve", { id: review.id });
    assert.equal((await engine.until(id, ...ended)).status, "succeeded");
    assert.deepEqual(await windowOf(engine), { used: 2, reserved: 0, raised: 2 });
    assert.deepEqual((await engine.verify(id)).differences, []);
    const events = await engine.rows("select subject from events where type = 'tutti.budget.raised'");
    assert.deepEqual(events, [{ subject: "b" }]);
    await mustAgree(engine);
  });

  test("with ask takes the amount that the human has written instead", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "b", window: "total", calls: 1, onLimit: "ask" });
    const id = await engine.start(two());
    await engine.until(id, "waiting", ...ended);
    const [review] = await engine.openReviews(id);
    await engine.review("review.approve", { id: review?.id, payload: { raiseBy: 7 } });
    await engine.until(id, ...ended);
    assert.deepEqual(await windowOf(engine), { used: 2, reserved: 0, raised: 7 });
  });

  test("with ask raises nothing by an amount that is none, and asks again", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "b", window: "total", calls: 1, onLimit: "ask", raiseBy: 2 });
    const id = await engine.start(two());
    for (const raiseBy of ["500", -3]) {
      await engine.until(id, "waiting", ...ended);
      const [review] = await engine.openReviews(id);
      await engine.review("review.approve", { id: review?.id, payload: { raiseBy } });
      await engine.until(id, "waiting", ...ended);
      assert.deepEqual(await windowOf(engine), { used: 1, reserved: 0, raised: 0 });
    }
    const [review] = await engine.openReviews(id);
    await engine.review("review.approve", { id: review?.id });
    assert.equal((await engine.until(id, ...ended)).status, "succeeded");
    assert.deepEqual(await windowOf(engine), { used: 2, reserved: 0, raised: 2 });
  });

  test("with ask fails the step where the human says no", async () => {
    await using engine = await open({ models: [model()] });
    await engine.op("budget.set", { name: "b", window: "total", calls: 1, onLimit: "ask" });
    const id = await engine.start(two());
    await engine.until(id, "waiting", ...ended);
    const [review] = await engine.openReviews(id);
    await engine.review("review.reject", { id: review?.id, reason: "enough" });
    const run = await engine.until(id, ...ended);
    assert.deepEqual([run.status, codeOf(run)], ["failed", "budget.exceeded"]);
    assert.match(run.error?.message ?? "", /a human did not raise it$/);
    assert.deepEqual(await windowOf(engine), { used: 1, reserved: 0, raised: 0 });
  });

  test("is never passed by 200 runs at once, which wait for what others have only reserved", async () => {
    const limit = 600;
    let most = 0;
    const [quick] = [model("scripted/a", 1)];
    const watching: ChatModel = {
      name: quick.name,
      async chat(request, call) {
        const { used, reserved } = await windowOf(engine);
        most = Math.max(most, used + reserved);
        return quick.chat(request, call);
      },
    };
    await using engine = await open({ models: [watching] });
    await engine.op("budget.set", { name: "b", window: "total", tokens: limit });
    const flow = costFlow((step) => ask(step, "a"));
    const ids = await Promise.all(Array.from({ length: 200 }, () => engine.start(flow)));
    const runs = await Promise.all(ids.map((id) => engine.until(id, ...ended)));
    const done = runs.filter(({ status }) => status === "succeeded").length;
    const paused = runs.filter((run) => run.status === "paused" && codeOf(run) === "budget.exceeded").length;
    const { used, reserved } = await windowOf(engine);
    assert.equal(done + paused, 200);
    assert.ok(most <= limit && most > limit / 2, `${most} of ${limit}`);
    // A call is reserved at 90 tokens and takes 6: the rest has come back, so the budget was really used up.
    assert.equal(used, done * 6);
    assert.equal(reserved, 0);
    assert.ok(used > limit - 100 && used <= limit, `${used} of ${limit}`);
    await mustAgree(engine);
  });
}
