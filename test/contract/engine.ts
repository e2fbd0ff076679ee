import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { Database } from "../../src/storage/database.ts";
import { openTestEngine, testFlow, type TestEngine, type TestEngineOptions, type TestStep } from "../support/engine.ts";
import { acrossCrash, go, type OpenEngine } from "./engine-case.ts";
import { bodyTests, mismatchTests } from "./engine-change.ts";
import { cancelTests, controlTests } from "./engine-control.ts";
import { effectRingTests, planTests } from "./engine-ring.ts";
import { cleanupTests } from "./engine-cleanup.ts";
import { endTests } from "./engine-end.ts";
import { guaranteeTests } from "./engine-guarantee.ts";
import { jobTests } from "./engine-job.ts";
import { observerTests } from "./engine-observer.ts";
import { putOffTests } from "./engine-put-off.ts";
import { verifyTests } from "./engine-verify.ts";

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
    planTests(open);
    effectRingTests(open);
    putOffTests(open);
    endTests(open);
    cleanupTests(open);
    verifyTests(open);
    jobTests(open);
    observerTests(open);
    guaranteeTests(open);
  });
}

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
      const first = await Promise.all(["a", "b", "c"].map((key) => step.run(key, () => started.push(key) && key)));
      const random = step.random();
      await step.waitFor("e", { event: "go" });
      return [first, random, step.id("x"), await step.run("d", () => started.push("d") && "d")];
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

  test("a step that ends while the row of another is being written is stored too", async () => {
    await using engine = await open();
    const turns = async (count: number): Promise<number> => {
      for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
      return count;
    };
    const flow = testFlow("f", async (step: TestStep) =>
      Promise.all(Array.from({ length: 40 }, (_, index) => step.run("part", () => turns(index)))),
    );
    assert.deepEqual((await engine.run(flow)).output, [...Array(40).keys()]);
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
    assert.equal(await engine.control.emit("go", { n: 1 }), null);
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
    assert.equal(await engine.control.emit("go", 1), first, "it says who has taken it");
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
      const good = await step.flow("good", child, { n: 21 });
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
