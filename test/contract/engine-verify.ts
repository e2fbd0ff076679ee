import assert from "node:assert/strict";
import { test } from "node:test";
import { testFlow, type TestStep } from "../support/engine.ts";
import type { OpenEngine } from "./engine-case.ts";

export function verifyTests(open: OpenEngine): void {
  test("a flow that follows the rules is verified behind every step, with a race, a map, a child and a cleanup", async () => {
    await using engine = await open();
    engine.flows.set(
      "child",
      testFlow("child", async (step: TestStep) => step.run("a", () => 1)),
    );
    const flow = testFlow("f", async (step: TestStep) => {
      const first = await step.race("r", { a: (s) => s.run("x", () => 1), b: (s) => s.sleep("long", "1h") });
      const parts = await step.map("m", [1, 2, 3], (item, inner) => inner.run("part", () => item * 2));
      const child = await step.flow("kid", "child", null);
      await step.cleanup((s) => s.run("tidy", () => undefined));
      await step.run("fails", () => Promise.reject(new Error("expected"))).catch(() => undefined);
      return [first, parts, child, step.random(), await step.version("v", 2)];
    });
    const run = await engine.run(flow);
    const { differences, storedSteps, replays } = await engine.verify(run.id);
    assert.deepEqual(differences, []);
    assert.equal(replays, storedSteps + 1);
  });

  test("a closure that writes to an outer variable is found, behind the step where it matters", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      let count = 0;
      await step.run("set", () => void (count = 41));
      return count + 1;
    });
    const run = await engine.run(flow);
    const { differences } = await engine.verify(run.id);
    assert.deepEqual(
      differences.map(({ after, message }) => [after, message]),
      [["set", "a replay gives another output than the run"]],
    );
    assert.deepEqual([differences[0]?.stored, differences[0]?.code], [42, 1]);
  });

  test("a name that differs in a replay is found where it is asked for", async () => {
    await using engine = await open();
    let lives = 0;
    const flow = testFlow("f", async (step: TestStep) => {
      const life = ++lives;
      await step.run("a", () => 1);
      return step.run(life === 1 ? "b" : "c", () => 2);
    });
    const run = await engine.run(flow);
    const { differences } = await engine.verify(run.id);
    assert.equal(differences[0]?.after, "a");
    assert.match(differences[0]?.message ?? "", /does not ask for "b"/);
  });

  test("an input that differs in a replay is shown on both sides", async () => {
    await using engine = await open();
    let lives = 0;
    const flow = testFlow("f", async (step: TestStep) => step.run("a", () => 1, { input: { life: ++lives } }));
    const run = await engine.run(flow);
    const { differences } = await engine.verify(run.id);
    assert.equal(differences[0]?.after, null);
    assert.deepEqual(differences[0]?.code, { kind: "run", input: { life: 2 } });
  });

  test("verifying starts nothing and writes nothing", async () => {
    await using engine = await open();
    let calls = 0;
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => ++calls);
      return step.waitFor("e", { event: "go" });
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    const before = await engine.until(id, "waiting");
    const { differences, status } = await engine.verify(id);
    assert.deepEqual([differences, status, calls], [[], "waiting", 1]);
    assert.deepEqual(await engine.store.record(id), before);
  });
}
