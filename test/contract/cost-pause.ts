import assert from "node:assert/strict";
import { test } from "node:test";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { ask, codeOf, costFlow, movedClock, type CostEngine, type OpenCost } from "./cost-case.ts";

const model = () => createScriptedModel({ name: "scripted/a", answers: () => "one two three" });
const done = ["succeeded", "failed", "cancelled"];
const two = costFlow(async (step) => {
  await ask(step, "a");
  await ask(step, "b");
});

async function paused(engine: CostEngine, budget: object): Promise<string> {
  await engine.op("budget.set", { name: "b", window: "day", calls: 1, ...budget });
  const run = await engine.run(two);
  assert.deepEqual([run.status, codeOf(run)], ["paused", "budget.exceeded"]);
  return run.id;
}

const statusOf = async (engine: CostEngine, id: string): Promise<string> => (await engine.store.run(id)).status;

export function pauseTests(open: OpenCost): void {
  test("goes on by itself when the limit is raised, and not before there is room", async () => {
    await using engine = await open({ models: [model()] });
    const id = await paused(engine, {});
    await engine.sweep();
    assert.equal(await statusOf(engine, id), "paused");
    await engine.op("budget.set", { name: "b", window: "day", calls: 2 });
    assert.equal((await engine.until(id, ...done)).status, "succeeded");
    assert.deepEqual(await engine.rows("select run from cost_pauses"), []);
  });

  test("goes on by itself when the window turns", async () => {
    const clock = movedClock("2026-11-25T22:00:00Z");
    await using engine = await open({ models: [model()], clock });
    const id = await paused(engine, {});
    clock.move(3 * 3_600_000);
    await engine.sweep();
    assert.equal((await engine.until(id, ...done)).status, "succeeded");
    const windows = await engine.rows("select period, used from cost_windows order by period");
    assert.deepEqual(windows, [
      { period: "2026-11-25", used: 1 },
      { period: "2026-11-26", used: 1 },
    ]);
  });

  test("goes on by itself after a crash of its host, and when the budget is removed", async () => {
    await using engine = await open({ models: [model()] });
    const id = await paused(engine, {});
    await engine.crash();
    await engine.op("budget.remove", { name: "b" });
    assert.equal((await engine.until(id, ...done)).status, "succeeded");
  });

  test("waits for a human where the budget says so", async () => {
    await using engine = await open({ models: [model()] });
    const id = await paused(engine, { resume: "manual" });
    await engine.op("budget.set", { name: "b", window: "day", calls: 9, resume: "manual" });
    await engine.sweep();
    assert.equal(await statusOf(engine, id), "paused");
    await engine.control.resume(id);
    assert.equal((await engine.until(id, ...done)).status, "succeeded");
  });

  test("stays where it is when a human has paused it as well", async () => {
    await using engine = await open({ models: [model()] });
    const id = await paused(engine, {});
    await engine.control.pause(id);
    await engine.op("budget.set", { name: "b", window: "day", calls: 9 });
    await engine.sweep();
    assert.equal(await statusOf(engine, id), "paused");
    await assert.rejects(engine.control.pause(id), /cannot be paused/);
    await engine.control.resume(id);
    assert.equal((await engine.until(id, ...done)).status, "succeeded");
  });

  test("is left alone when it has ended meanwhile", async () => {
    await using engine = await open({ models: [model()] });
    const id = await paused(engine, {});
    await engine.control.cancel(id);
    await engine.until(id, ...done);
    await engine.op("budget.set", { name: "b", window: "day", calls: 9 });
    assert.equal(await statusOf(engine, id), "cancelled");
    assert.deepEqual(await engine.rows("select run from cost_pauses"), []);
  });
}
