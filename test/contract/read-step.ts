import assert from "node:assert/strict";
import { test } from "node:test";
import type { Comparison } from "../../src/engine/read/run-compare.ts";
import type { RunStep } from "../../src/engine/read/run-step.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { spanOf, type OpenRead } from "./read-case.ts";

export function stepTests(open: OpenRead): void {
  test("a step is shown with what it was given and gave, cut where it is long, and whole where a part is asked for", async () => {
    await using engine = await open();
    const text = "ä".repeat(20_000);
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => step.run("a", () => text, { input: { size: "large" } })),
    );
    const ask = (input: object): Promise<RunStep> => engine.op<RunStep>("run.step", { id: run.id, key: "a", ...input });
    const cut = await ask({ maxBytes: 101 });
    assert.deepEqual(cut.input, { bytes: 16, truncated: false, value: { size: "large" } });
    assert.deepEqual(cut.output, { bytes: 40_002, truncated: true, text: `"${"ä".repeat(50)}` });
    const whole = await ask({ part: "output" });
    assert.deepEqual([whole.output?.value, whole.input], [text, null]);
    await assert.rejects(ask({ part: "error" }), { code: "usage.invalid", message: /has no error/ });
    await assert.rejects(engine.op("run.step", { id: run.id, key: "b" }), {
      code: "usage.invalid",
      hint: /It has: a\./,
    });
    await assert.rejects(engine.op("run.step", { id: "run_none", key: "a" }), { code: "run.missing" });
  });

  test("a wait that a cancel has ended can still be looked at", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => step.waitFor("gate", { event: "never" }));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    await engine.until(id, "cancelled");
    const { name, kind, status, finishedAt, input, output } = await engine.op<RunStep>("run.step", { id, key: "gate" });
    const span = spanOf(await engine.timeline(id), "gate");
    assert.deepEqual([name, kind, status, finishedAt], ["gate", span.kind, "cancelled", span.finishedAt]);
    assert.deepEqual([input, output], [null, null]);
    await assert.rejects(engine.op("run.step", { id, key: "gates" }), { code: "usage.invalid" });
  });

  test("a timeline knows the sizes of what lies beside its row", async () => {
    await using engine = await open();
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.run("a", () => "x".repeat(10_000))));
    assert.equal(spanOf(await engine.timeline(run.id), "a").outputBytes, 10_002);
  });
}

export function compareTests(open: OpenRead): void {
  test("two runs are compared step by step, by what they were given and gave", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep, input: string) => {
      await step.run("same", () => 1);
      await step.run("other", () => input);
      await step.run(`only ${input}`, () => 1);
    });
    const [a, b] = [await engine.run(flow, "left"), await engine.run(flow, "right")];
    const { steps, counts } = await engine.op<Comparison>("run.compare", { a: a.id, b: b.id });
    assert.deepEqual(
      steps.map(({ key, change, what }) => [key, change, what]),
      [
        ["same", "same", []],
        ["other", "changed", ["output"]],
        ["only right", "onlyB", []],
        ["only left", "onlyA", []],
      ],
    );
    assert.deepEqual(counts, { same: 1, changed: 1, onlyA: 1, onlyB: 1 });
    await assert.rejects(engine.op("run.compare", { a: a.id, b: "run_none" }), { code: "run.missing" });
  });
}
