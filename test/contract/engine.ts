import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { AnyFlow } from "../../src/engine/flow.ts";
import type { Database } from "../../src/storage/database.ts";
import { openTestEngine, testFlow, type TestEngine, type TestEngineOptions, type TestStep } from "../support/engine.ts";

type Open = () => Promise<Database>;

/** The contract of durable execution, sentence by sentence, on any database. */
export function engineContract(name: string, openDatabase: Open, { skip }: { skip?: string | false } = {}): void {
  const open = async (options: TestEngineOptions = {}): Promise<TestEngine> =>
    openTestEngine({ ...options, database: await openDatabase() });
  describe(`engine on ${name}`, { skip: skip ?? false }, () => {
    resultTests(open);
    orderTests(open);
    waitTests(open);
    scopeTests(open);
    mismatchTests(open);
    bodyTests(open);
    cancelTests(open);
    controlTests(open);
  });
}

type OpenEngine = (options?: TestEngineOptions) => Promise<TestEngine>;

/** Starts a flow, waits until it is parked, ends the worker as kill -9 would, and lets `then` wake it. */
async function acrossCrash(engine: TestEngine, flow: AnyFlow, changed: AnyFlow, then: () => Promise<void>) {
  engine.flows.set(flow.name, flow);
  const id = await engine.control.start({ flow });
  await engine.until(id, "waiting");
  engine.flows.set(flow.name, changed);
  await engine.crash();
  await then();
  return engine.until(id, "succeeded", "failed", "paused");
}

const go =
  (engine: TestEngine, payload: unknown = null) =>
  () =>
    engine.control.emit("go", payload);

function resultTests(open: OpenEngine): void {
  test("a step's result is stored once and its round trip is handed out", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => step.run("a", () => ({ x: 1, gone: undefined }))),
    );
    assert.deepEqual(run.output, { x: 1 });
    assert.equal(run.steps[0]?.status, "succeeded");
  });

  for (const [what, value] of Object.entries({
    Map: new Map(),
    Date: new Date(0),
    NaN: Number.NaN,
    bigint: 1n,
    function: () => 1,
    bytes: new Uint8Array(1),
    class: new (class A {})(),
  })) {
    test(`a ${what} as a result is engine.not_json there and then`, async () => {
      await using engine = await open();
      const run = await engine.run(testFlow("f", async (step: TestStep) => step.run("a", () => ({ deep: [value] }))));
      assert.equal(run.error?.code, "engine.not_json");
      assert.match(run.error?.message ?? "", /deep\[0\]/);
    });
  }

  test("a cycle as a result is engine.not_json", async () => {
    await using engine = await open();
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.run("a", () => cycle)));
    assert.equal(run.error?.code, "engine.not_json");
  });

  test("a failure is a StepError in the first run too, and the body may go on", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => {
        try {
          await step.run("a", () => {
            throw new Error("broken");
          });
        } catch (error) {
          return [(error as StepError).name, (error as StepError).code, (error as Error).message];
        }
        return null;
      }),
    );
    assert.deepEqual(run.output, ["StepError", "step.failed", "broken"]);
  });

  test("a flow that throws something that is not an error fails and says what it threw", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async () => {
        throw "just text"; // oxlint-disable-line only-throw-error -- the case under test
      }),
    );
    assert.equal(run.status, "failed");
    assert.match(run.error?.message ?? "", /"just text"/);
  });

  test("text with NUL and lone surrogates survives", async () => {
    await using engine = await open();
    const text = "a\u0000b\ud800c";
    assert.equal((await engine.run(testFlow("f", async (step: TestStep) => step.run("a", () => text)))).output, text);
  });

  test("a result of 5 MB is stored once, outside of the row, and handed out whole", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => (await step.run("a", () => "x".repeat(5_000_000))).length),
    );
    assert.equal(run.output, 5_000_000);
    const [row] = await engine.store.rows(run.id);
    assert.match(row?.result ?? "", /^@[0-9a-f]{64}$/);
  });
}

function orderTests(open: OpenEngine): void {
  test("a replay runs no stored step again and gives the same result", async () => {
    await using engine = await open();
    const started: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      const first = await Promise.all(["a", "b", "c"].map((key) => step.run(key, () => void started.push(key) ?? key)));
      const random = step.random();
      await step.waitFor("e", { event: "go" });
      return [first, random, step.id("x"), await step.run("d", () => void started.push("d") ?? "d")];
    });
    const run = await acrossCrash(engine, flow, flow, go(engine));
    assert.deepEqual(started, ["a", "b", "c", "d"]);
    assert.equal(run.status, "succeeded");
    assert.equal((run.output as unknown[])[3], "d");
  });

  test("results come in the order of the journal, whatever the order of the effects", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      const order: string[] = [];
      const slow = step
        .run("slow", async () => new Promise<void>((resolve) => setTimeout(resolve, 20)))
        .then(() => order.push("slow"));
      const fast = step.run("fast", () => undefined).then(() => order.push("fast"));
      await Promise.all([slow, fast]);
      await step.waitFor("e", { event: "go" });
      return order;
    });
    assert.deepEqual((await acrossCrash(engine, flow, flow, go(engine))).output, ["fast", "slow"]);
  });

  test("map keeps the items' order, bounds what runs at once, and is not collapsed", async () => {
    await using engine = await open();
    let active = 0;
    let most = 0;
    const flow = testFlow("f", async (step: TestStep) => {
      const out: number[] = [];
      const results = await step.map(
        "m",
        [1, 2, 3, 4, 5],
        async (item, inner) => {
          const value = await inner.run("double", async () => {
            most = Math.max(most, ++active);
            await new Promise((resolve) => setTimeout(resolve, 5));
            active--;
            return item * 2;
          });
          out.push(value);
          return value;
        },
        { concurrency: 2 },
      );
      await step.waitFor("e", { event: "go" });
      return { results, out: out.length };
    });
    const run = await acrossCrash(engine, flow, flow, go(engine));
    assert.deepEqual(run.output, { results: [2, 4, 6, 8, 10], out: 5 });
    assert.equal(most, 2);
    assert.ok(run.steps.some((step) => step.key === "m[3]/double"));
  });

  test("the same name again gets a number, and names may hold any character but NUL", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => {
        await step.run("a", () => 1);
        await step.run("a", () => 2);
        await step.run("src/a[1]#2%", () => 3);
      }),
    );
    assert.deepEqual(
      run.steps.map((step) => step.key),
      ["a", "a#2", "src%2Fa%5B1%5D%232%25"],
    );
  });

  test("a closure that changes an outer variable is not trusted: its change is gone after a replay", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      let count = 0;
      await step.run("set", () => void (count = 41));
      await step.waitFor("e", { event: "go" });
      return count + 1;
    });
    // Documented, and what `flow verify` finds.
    assert.equal((await acrossCrash(engine, flow, flow, go(engine))).output, 1);
  });
}

function waitTests(open: OpenEngine): void {
  test("a sleep keeps its first due time across a crash", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const flow = testFlow("f", async (step: TestStep) => step.sleep("nap", 300));
    engine.flows.set("f", flow);
    const from = performance.now();
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.crash();
    await engine.until(id, "succeeded");
    const took = performance.now() - from;
    assert.ok(took > 250 && took < 2_000, `took ${took} ms`);
  });

  test("an event that nobody waits for is kept for the first wait of its name", async () => {
    await using engine = await open();
    await engine.control.emit("go", { n: 1 });
    await engine.control.emit("go", { n: 2 });
    const flow = testFlow("f", async (step: TestStep) => [
      await step.waitFor("a", { event: "go" }),
      await step.waitFor("b", { event: "go" }),
    ]);
    assert.deepEqual((await engine.run(flow)).output, [{ n: 1 }, { n: 2 }]);
  });

  test("an event is taken once, by the oldest open wait of its name", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => step.waitFor("a", { event: "go" }));
    engine.flows.set("f", flow);
    const first = await engine.control.start({ flow });
    await engine.until(first, "waiting");
    const second = await engine.control.start({ flow });
    await engine.until(second, "waiting");
    await engine.control.emit("go", 1);
    assert.equal((await engine.until(first, "succeeded")).output, 1);
    assert.equal((await engine.store.run(second)).status, "waiting");
    await engine.control.emit("go", 2);
    assert.equal((await engine.until(second, "succeeded")).output, 2);
  });

  test("a wait with a timeout gives null once it has passed, and takes no later event", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => [
      await step.waitFor("a", { event: "go", timeout: 20 }),
      await step.run("between", () => engine.control.emit("go", "late")),
      await step.waitFor("b", { event: "go", timeout: 1_000 }),
    ]);
    assert.deepEqual(
      (await engine.run(flow)).output,
      [null, null, "late"].map((value) => value ?? null),
    );
  });

  test("a wait that lost a native race stays open and takes its event", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      const pending = step.waitFor("m", { event: "go" });
      const first = await Promise.race([pending, step.sleep("s", 10).then(() => "timeout")]);
      await step.run("emit", () => engine.control.emit("go", "event"));
      const second = await Promise.race([pending, step.sleep("s", 500).then(() => "timeout")]);
      return [first, second];
    });
    assert.deepEqual((await engine.run(flow)).output, ["timeout", "event"]);
  });

  test("step.race withdraws the losers, and an event that a loser took unseen goes to the next wait", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      const first = await step.race("r", {
        event: (s) => s.waitFor("m", { event: "go" }),
        timeout: (s) => s.sleep("s", 10),
      });
      await step.run("emit", () => engine.control.emit("go", "event"));
      const second = await step.race("r", {
        event: (s) => s.waitFor("m", { event: "go" }),
        timeout: (s) => s.sleep("s", 500),
      });
      return [first.winner, second];
    });
    assert.deepEqual((await engine.run(flow)).output, ["timeout", { winner: "event", value: "event" }]);
  });

  test("emit is a step: its event is out exactly once, and wakes another run", async () => {
    await using engine = await open();
    const waiter = testFlow("waiter", async (step: TestStep) => step.waitFor("e", { event: "ping" }));
    engine.flows.set("waiter", waiter);
    const id = await engine.control.start({ flow: waiter });
    await engine.until(id, "waiting");
    await engine.run(
      testFlow("emitter", async (step: TestStep) => step.emit("tell", { name: "ping", payload: { a: 1 } })),
    );
    assert.deepEqual((await engine.until(id, "succeeded")).output, { a: 1 });
  });

  test("a child flow is a run of its own; its output, or its failure, is the step's", async () => {
    await using engine = await open();
    const child = testFlow("child", async (step: TestStep, input: { n: number }) => {
      if (input.n < 0) throw new Error("negative");
      return step.run("double", () => input.n * 2);
    });
    engine.flows.set("child", child);
    const flow = testFlow("f", async (step: TestStep) => {
      const good = await step.flow("good", child as never, { n: 21 });
      const bad = await step.flow("bad", "child", { n: -1 }).catch((error: StepError) => error.message);
      return [good, bad];
    });
    assert.deepEqual((await engine.run(flow)).output, [42, "negative"]);
  });

  test("a step beside a child runs once", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    let count = 0;
    engine.flows.set(
      "child",
      testFlow("child", async (step: TestStep) => step.sleep("nap", 30)),
    );
    const flow = testFlow("f", async (step: TestStep) =>
      Promise.all([step.run("a", () => ++count), step.flow("kid", "child", null)]),
    );
    assert.equal((await engine.run(flow)).status, "succeeded");
    assert.equal(count, 1);
  });
}

function scopeTests(open: OpenEngine): void {
  test("a collapsed scope is one row, and its inside does not run again", async () => {
    await using engine = await open();
    let inside = 0;
    const flow = testFlow("f", async (step: TestStep) => {
      const result = await step.race("r", { a: (s) => s.run("x", () => ++inside), b: (s) => s.sleep("long", "1h") });
      const after = step.random();
      await step.waitFor("e", { event: "go" });
      return [result.value, after === step.random(), inside];
    });
    const run = await acrossCrash(engine, flow, flow, go(engine));
    assert.equal(run.status, "succeeded");
    assert.equal(inside, 1);
  });

  test("chance in a collapsed scope does not change chance outside of it", async () => {
    await using engine = await open();
    const seen: number[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      await step.race("r", {
        a: async (s) => {
          s.random();
          return s.run("x", () => 1);
        },
      });
      seen.push(step.random());
      await step.waitFor("e", { event: "go" });
      return null;
    });
    await acrossCrash(engine, flow, flow, go(engine));
    assert.equal(seen.length, 2);
    assert.equal(seen[0], seen[1]);
  });

  test("a verb inside another step's effect is engine.verb_out_of_place, in the first run", async () => {
    await using engine = await open();
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.run("a", () => step.run("b", () => 1))));
    assert.equal(run.error?.code, "engine.verb_out_of_place");
  });

  test("an outer scope's step inside a collapsed scope is engine.verb_out_of_place", async () => {
    await using engine = await open();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => step.race("r", { a: () => step.run("b", () => 1) })),
    );
    assert.equal(run.error?.code, "engine.verb_out_of_place");
  });
}

function mismatchTests(open: OpenEngine): void {
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

function bodyTests(open: OpenEngine): void {
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
      for (let index = 0; index < 100_000; index++) await null;
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

function cancelTests(open: OpenEngine): void {
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

function controlTests(open: OpenEngine): void {
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

  test("a flow's concurrency bounds its runs, and a higher priority goes first", async () => {
    await using engine = await open();
    let active = 0;
    let most = 0;
    const order: number[] = [];
    const flow = testFlow(
      "f",
      async (step: TestStep, input: { n: number }) =>
        step.run("work", async () => {
          most = Math.max(most, ++active);
          order.push(input.n);
          await new Promise((resolve) => setTimeout(resolve, 20));
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
    await Promise.all(ids.map((id) => engine.until(id, "succeeded")));
    assert.equal(most, 1);
    assert.deepEqual(order.slice(-1), [1]);
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
