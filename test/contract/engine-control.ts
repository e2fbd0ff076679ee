import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import type { OpenEngine } from "./engine-case.ts";

export function cancelTests(open: OpenEngine): void {
  test("a cancel ends an open wait; a cleanup still runs; the run ends cancelled", async () => {
    await using engine = await open();
    const done: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      try {
        await step.waitFor("e", { event: "never" });
      } finally {
        await step.cleanup(async (s) => s.run("tidy", () => void done.push("tidy")));
      }
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id, "enough");
    const run = await engine.until(id, "cancelled", "failed", "succeeded");
    assert.equal(run.status, "cancelled");
    assert.match(run.error?.message ?? "", /enough/);
    assert.deepEqual(done, ["tidy"]);
    // What the cancel ended is told, though it has no row of its own.
    assert.deepEqual(
      run.steps.map(({ key, kind, status }) => `${kind} ${key} ${status}`),
      ["waitFor e cancelled", "run cleanup/tidy succeeded"],
    );
  });

  test("a cancel aborts a running step; an outcome after the abort is still stored", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) =>
      step.run(
        "long",
        ({ signal }) =>
          new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("ended itself"))),
      ),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "running");
    await new Promise((resolve) => setTimeout(resolve, 30));
    await engine.control.cancel(id);
    const run = await engine.until(id, "cancelled");
    assert.equal(run.steps[0]?.output, "ended itself");
  });

  test("a step that ignores the abort is stored as cancelled, outcome unknown, after the grace", async () => {
    await using engine = await open({ graceMs: 50 });
    const flow = testFlow("f", async (step: TestStep) => step.run("deaf", () => new Promise<void>(() => undefined)));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "running");
    await new Promise((resolve) => setTimeout(resolve, 30));
    await engine.control.cancel(id);
    const run = await engine.until(id, "cancelled");
    assert.equal(run.steps[0]?.status, "cancelled");
    assert.deepEqual(run.steps[0]?.error?.data, { outcome: "unknown" });
  });

  test("a body that swallows every refusal is ended", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      for (;;) {
        try {
          await step.sleep("nap", "1h");
        } catch {
          // the case under test: a loop that never listens
        }
      }
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    assert.equal((await engine.until(id, "cancelled")).status, "cancelled");
  });

  test("a cancelled parent cancels its child", async () => {
    await using engine = await open();
    engine.flows.set(
      "child",
      testFlow("child", async (step: TestStep) => step.sleep("nap", "1h")),
    );
    const flow = testFlow("f", async (step: TestStep) => step.flow("kid", "child", null));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    const child = (await engine.store.list({ flow: "child", limit: 1 }))[0]?.id ?? "";
    await engine.until(child, "waiting");
    await engine.control.cancel(id);
    assert.equal((await engine.until(id, "cancelled")).status, "cancelled");
    assert.equal((await engine.until(child, "cancelled")).status, "cancelled");
  });

  test("a run that passes its deadline fails with engine.deadline", async () => {
    await using engine = await open();
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.sleep("nap", "1h"), { deadline: 50 }));
    assert.equal(run.status, "failed");
    assert.equal(run.error?.code, "engine.deadline");
  });

  test("a step that passes its deadline fails with engine.deadline, and the body may go on", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) =>
        step
          .run("slow", () => new Promise<void>(() => undefined), { timeout: 30 })
          .catch((error: StepError) => error.code),
      ),
    );
    assert.equal(run.output, "engine.deadline");
  });

  test("an ended run cannot be cancelled, paused or resumed", async () => {
    await using engine = await open();
    const run = await engine.run(testFlow("f", async () => 1));
    await assert.rejects(engine.control.cancel(run.id), { code: "run.conflict" });
    await assert.rejects(engine.control.pause(run.id), { code: "run.conflict" });
    await assert.rejects(engine.control.resume(run.id), { code: "run.conflict" });
  });
}

export function controlTests(open: OpenEngine): void {
  test("pause lets what is in flight finish, starts nothing new, and resume goes on", async () => {
    await using engine = await open();
    const started: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      for (const key of ["a", "b", "c"])
        await step.run(key, async () => {
          started.push(key);
          await new Promise((resolve) => setTimeout(resolve, 60));
        });
      return "done";
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (started.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await engine.control.pause(id);
    await engine.until(id, "paused");
    assert.deepEqual(started, ["a"]);
    await engine.control.resume(id);
    assert.equal((await engine.until(id, "succeeded")).output, "done");
    assert.deepEqual(started, ["a", "b", "c"]);
  });

  test("a fork keeps the rows before a step; closures of run are done again", async () => {
    await using engine = await open();
    const count: Record<string, number> = {};
    const flow = testFlow("f", async (step: TestStep) => {
      for (const key of ["a", "b", "c"]) await step.run(key, () => void (count[key] = (count[key] ?? 0) + 1));
      return step.random();
    });
    const run = await engine.run(flow);
    const fork = await engine.control.fork(run.id, "b");
    const again = await engine.until(fork, "succeeded", "failed", "paused");
    assert.deepEqual(count, { a: 1, b: 2, c: 2 });
    assert.equal(again.output, run.output);
  });

  test("a retry keeps what had succeeded", async () => {
    await using engine = await open();
    let attempts = 0;
    const started: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => void started.push("a"));
      return step.run("b", () => {
        if (++attempts === 1) throw new Error("first time");
        return "ok";
      });
    });
    const run = await engine.run(flow);
    assert.equal(run.status, "failed");
    const again = await engine.until(await engine.control.retry(run.id), "succeeded", "failed", "paused");
    assert.equal(again.output, "ok");
    assert.deepEqual(started, ["a"]);
  });

  test("a retry of a run that was cancelled in a step does that step again", async () => {
    await using engine = await open();
    const started: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => void started.push("a"));
      return step.run("b", async ({ signal }) => {
        started.push("b");
        if (started.length > 2) return "done";
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw signal.reason; // As a program that was told to end does: the run's own failure.
      });
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (!started.includes("b")) await new Promise((resolve) => setImmediate(resolve));
    await engine.control.cancel(id);
    await engine.until(id, "cancelled");
    const again = await engine.until(await engine.control.retry(id), "succeeded", "failed", "paused", "cancelled");
    assert.equal(again.output, "done");
    assert.deepEqual(started, ["a", "b", "b"]);
  });

  test("a flow's concurrency bounds its runs, and a higher priority goes first", async () => {
    await using engine = await open();
    let active = 0;
    let most = 0;
    const order: number[] = [];
    const allAreQueued = Promise.withResolvers<void>();
    const flow = testFlow(
      "f",
      async (step: TestStep, input: { n: number }) =>
        step.run("work", async () => {
          most = Math.max(most, ++active);
          order.push(input.n);
          await allAreQueued.promise;
          active--;
        }),
      { concurrency: 1 },
    );
    engine.flows.set("f", flow);
    const ids = [];
    for (const [n, priority] of [
      [0, 0],
      [1, 0],
      [2, 5],
      [3, 9],
    ] as const)
      ids.push(await engine.control.start({ flow, input: { n }, priority }));
    allAreQueued.resolve();
    await Promise.all(ids.map((id) => engine.until(id, "succeeded")));
    assert.equal(most, 1);
    assert.deepEqual(order, [0, 3, 2, 1]);
  });

  test("runs of a dead worker go on by themselves, queued runs too", async () => {
    await using engine = await open();
    let isOpen = false;
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => 1);
      return step.run("b", () => (isOpen ? "b" : new Promise<string>(() => undefined)));
    });
    engine.flows.set("f", flow);
    const ids = await Promise.all(Array.from({ length: 20 }, () => engine.control.start({ flow })));
    await Promise.all(ids.map((id) => engine.until(id, "running")));
    isOpen = true;
    await engine.crash();
    for (const id of ids) assert.equal((await engine.until(id, "succeeded")).output, "b");
  });

  test("a missing flow pauses the run by name; it goes on once the flow is there", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => step.waitFor("e", { event: "go" }));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    engine.flows.delete("f");
    await engine.control.emit("go", 1);
    assert.equal((await engine.until(id, "paused")).error?.code, "flow.missing");
    engine.flows.set("f", flow);
    await engine.control.resume(id);
    assert.equal((await engine.until(id, "succeeded")).output, 1);
  });
}
