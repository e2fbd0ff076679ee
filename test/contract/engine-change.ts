import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import { testFlow, type TestEngine, type TestStep } from "../support/engine.ts";
import { acrossCrash, go, type OpenEngine } from "./engine-case.ts";

export function mismatchTests(open: OpenEngine): void {
  const base = (step: TestStep) => step.run("a", () => 1);
  const before = testFlow("f", async (step: TestStep) => {
    await base(step);
    await step.run("b", () => 2, { input: { x: 1 } });
    await step.waitFor("gate", { event: "go" });
    return "done";
  });
  const changes: Record<string, (step: TestStep) => Promise<unknown>> = {
    "a renamed step": async (step) => {
      await step.run("A", () => 1);
      await step.run("b", () => 2, { input: { x: 1 } });
      return step.waitFor("gate", { event: "go" });
    },
    "swapped steps": async (step) => {
      await step.run("b", () => 2, { input: { x: 1 } });
      await base(step);
      return step.waitFor("gate", { event: "go" });
    },
    "a step inserted before": async (step) => {
      await step.run("new", () => 0);
      await base(step);
      await step.run("b", () => 2, { input: { x: 1 } });
      return step.waitFor("gate", { event: "go" });
    },
    "another input": async (step) => {
      await base(step);
      await step.run("b", () => 2, { input: { x: 2 } });
      return step.waitFor("gate", { event: "go" });
    },
    "another kind": async (step) => {
      await step.sleep("a", 1);
      await step.run("b", () => 2, { input: { x: 1 } });
      return step.waitFor("gate", { event: "go" });
    },
    "an early return": async () => "early",
    "a removed wait": async (step) => {
      await base(step);
      await step.run("b", () => 2, { input: { x: 1 } });
      return step.run("dangerous", () => 3);
    },
  };
  for (const [what, changed] of Object.entries(changes)) {
    test(`code changed under a waiting run: ${what} pauses it and writes nothing`, async () => {
      await using engine = await open();
      const run = await acrossCrash(engine, before, testFlow("f", changed), go(engine));
      assert.equal(run.status, "paused");
      assert.equal(run.error?.code, "engine.replay_mismatch");
      assert.deepEqual(
        (await engine.store.rows(run.id)).map((row) => row.key),
        ["a", "b"],
      );
      engine.flows.set("f", before);
      await engine.control.resume(run.id);
      assert.equal((await engine.until(run.id, "succeeded", "failed", "paused")).output, "done");
    });
  }

  const harmless: Record<string, (step: TestStep) => Promise<unknown>> = {
    "appended steps": async (step) => {
      await base(step);
      await step.run("b", () => 2, { input: { x: 1 } });
      await step.waitFor("gate", { event: "go" });
      await step.run("more", () => 3);
      return "done";
    },
    "another closure": async (step) => {
      await step.run("a", () => 99);
      await step.run("b", () => 98, { input: { x: 1 } });
      await step.waitFor("gate", { event: "go" });
      return "done";
    },
    "a new parallel branch": async (step) => {
      await base(step);
      await step.run("b", () => 2, { input: { x: 1 } });
      await Promise.all([step.waitFor("gate", { event: "go" }), step.run("beside", () => 3)]);
      return "done";
    },
    "a step behind step.version": async (step) => {
      await base(step);
      if ((await step.version("v", 1)) > 0) await step.run("new", () => 0);
      await step.run("b", () => 2, { input: { x: 1 } });
      await step.waitFor("gate", { event: "go" });
      return "done";
    },
  };
  for (const [what, changed] of Object.entries(harmless)) {
    test(`code changed under a waiting run: ${what} passes`, async () => {
      await using engine = await open();
      assert.equal((await acrossCrash(engine, before, testFlow("f", changed), go(engine))).output, "done");
    });
  }

  test("step.version gives new runs its highest version", async () => {
    await using engine = await open();
    assert.equal(
      (
        await engine.run(
          testFlow("f", async (step: TestStep) => {
            await step.run("a", () => 1);
            return step.version("v", 2);
          }),
        )
      ).output,
      2,
    );
  });
}

export function bodyTests(open: OpenEngine): void {
  test("a body that awaits a timer is engine.foreign_await in the first run", async () => {
    await using engine = await open();
    const run = await engine.run(testFlow("f", async () => new Promise((resolve) => setTimeout(resolve, 5))));
    assert.equal(run.error?.code, "engine.foreign_await");
  });

  test("a race between a step and a timer is engine.foreign_await too", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) =>
        Promise.race([step.run("a", () => 1), new Promise((resolve) => setTimeout(resolve, 50))]),
      ),
    );
    assert.equal(run.error?.code, "engine.foreign_await");
  });

  for (const [what, use] of Object.entries({
    "new Date()": () => new Date().getTime(),
    "Date.now()": () => Date.now(),
    "Math.random()": () => Math.random(),
  })) {
    test(`${what} in a body is caught with a hint, and allowed in a step`, async () => {
      await using engine = await open();
      const bad = await engine.run(testFlow("f", async () => use()));
      assert.equal(bad.error?.code, "engine.not_deterministic");
      assert.equal(
        (await engine.run(testFlow("g", async (step: TestStep) => typeof (await step.run("a", use))))).output,
        "number",
      );
    });
  }

  test("a step that nobody awaits at the end is named as abandoned", async () => {
    await using engine = await open();
    let ran = 0;
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => {
        void step.run("notify", () => ++ran);
        return 1;
      }),
    );
    assert.equal(run.status, "succeeded");
    assert.deepEqual((run as unknown as { abandoned: string[] }).abandoned, ["notify"]);
    assert.equal(ran, 0);
  });

  test("100,000 chained awaits and nested ticks are one drain", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      const both = [step.run("a", () => 1), step.run("b", () => 2)];
      await both[0];
      for (let index = 0; index < 100_000; index++) await Promise.resolve();
      await step.run("c", () => 3);
      await both[1];
      await step.waitFor("e", { event: "go" });
      return "ok";
    });
    assert.equal((await acrossCrash(engine, flow, flow, go(engine))).output, "ok");
  });

  test("a run whose worker dies three times without a new row is paused as engine.crash_loop", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => step.run("deadly", () => new Promise<void>(() => undefined)));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "running");
    for (let death = 0; death < 3; death++) {
      const { epoch } = await engine.store.run(id);
      await engine.crash();
      while ((await engine.store.run(id)).epoch === epoch) await new Promise((resolve) => setImmediate(resolve));
    }
    const run = await engine.until(id, "paused");
    assert.equal(run.error?.code, "engine.crash_loop");
  });

  test("of the runs that were there each time a worker died, one at a time is taken up, and only the deadly one is set aside", async () => {
    await using engine = await open();
    let crashes = 0;
    const never = new Promise<void>(() => undefined);
    const deadly = testFlow("deadly", (step: TestStep) => step.run("deadly", () => never));
    // Done once nothing else crashes: until then they are as suspicious as the deadly one.
    const harmless = testFlow("harmless", async (step: TestStep) => {
      await step.run("a", () => (crashes < 2 ? never : undefined));
      await step.run("b", () => (crashes < 3 ? never : undefined));
      return "done";
    });
    for (const flow of [deadly, harmless]) engine.flows.set(flow.name, flow);
    const first = await engine.control.start({ flow: harmless });
    const culprit = await engine.control.start({ flow: deadly });
    const last = await engine.control.start({ flow: harmless });
    const all = [first, culprit, last];
    for (const id of all) await engine.until(id, "running");
    while (crashes < 2) {
      const before = await epochs(engine, all);
      crashes++;
      await engine.crash();
      if (crashes < 2) await changed(engine, all, before);
    }
    // Each is alone until it has stored a new step.
    while ((await engine.store.run(culprit)).status !== "running") {
      assert.ok((await unproven(engine, all)) <= 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    crashes++;
    await engine.crash();
    assert.equal((await engine.until(culprit, "paused", "failed")).error?.code, "engine.crash_loop");
    for (const id of [first, last]) assert.equal((await engine.until(id, "succeeded", "paused")).output, "done");
  });

  test("a step that must not repeat fails after a crash in its middle", async () => {
    await using engine = await open();
    let starts = 0;
    const flow = testFlow("f", async (step: TestStep) =>
      step
        .run("pay", () => (++starts === 1 ? new Promise<void>(() => undefined) : undefined), { onInterrupted: "fail" })
        .catch((error: StepError) => error.code),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (starts === 0) await new Promise((resolve) => setImmediate(resolve));
    await engine.crash();
    assert.equal((await engine.until(id, "succeeded")).output, "engine.interrupted");
    assert.equal(starts, 1);
  });
}

async function epochs(engine: TestEngine, ids: readonly string[]): Promise<number[]> {
  return Promise.all(ids.map(async (id) => (await engine.store.run(id)).epoch));
}

/** Waits until all of them have been claimed anew. */
async function changed(engine: TestEngine, ids: readonly string[], before: readonly number[]): Promise<void> {
  while ((await epochs(engine, ids)).some((epoch, index) => epoch === before[index]))
    await new Promise((resolve) => setImmediate(resolve));
}

/** How many are at work and have not stored anything yet. */
async function unproven(engine: TestEngine, ids: readonly string[]): Promise<number> {
  const counts = await Promise.all(
    ids.map(async (id) => {
      const { status } = await engine.store.run(id);
      return status === "running" && (await engine.store.rows(id)).length === 0 ? 1 : 0;
    }),
  );
  return counts.reduce<number>((sum, count) => sum + count, 0);
}
