import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { EffectInterceptor, PlanInterceptor } from "../../src/core/verb.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { acrossCrash, go, type OpenEngine } from "./engine-case.ts";

/** Tries a failed step again up to three times, after a durable pause. */
const healing: PlanInterceptor = {
  name: "healing",
  kinds: ["run"],
  async around({ host }, spec, next) {
    for (let attempt = 1; ; attempt++) {
      const outcome = await next(spec);
      if (outcome.status !== "failed" || attempt === 3) return outcome;
      await host.wait({ kind: "sleep", name: "back off", dueInMs: 5, whenDue: { status: "succeeded" } });
    }
  },
};

function failing(times: number, calls: string[] = []): () => string {
  return () => {
    calls.push("call");
    if (calls.length <= times) throw new Error(`broken ${calls.length}`);
    return "good";
  };
}

export function planTests(open: OpenEngine): void {
  test("a plan that has nothing to do costs no row", async () => {
    await using engine = await open({ plan: [healing] });
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.run("a", () => 1)));
    assert.equal(run.output, 1);
    assert.deepEqual(
      (await engine.store.rows(run.id)).map(({ key, kind, attempts }) => [key, kind, attempts]),
      [["a", "run", 1]],
    );
  });

  test("a failed attempt is a row of its own; the good one is the step's row", async () => {
    await using engine = await open({ plan: [healing] });
    const run = await engine.run(testFlow("f", async (step: TestStep) => step.run("a", failing(2))));
    assert.equal(run.output, "good");
    assert.deepEqual(
      (await engine.store.rows(run.id)).map(({ key, status }) => `${key} ${status}`),
      ["a/attempt failed", "a/back off succeeded", "a/attempt#2 failed", "a/back off#2 succeeded", "a succeeded"],
    );
    assert.equal(run.steps.find(({ key }) => key === "a")?.attempts, 3);
  });

  test("a step that no plan could heal fails with its last failure, in a replay too", async () => {
    await using engine = await open({ plan: [healing] });
    const calls: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      const message = await step.run("a", failing(9, calls)).catch((error: StepError) => error.message);
      await step.waitFor("e", { event: "go" });
      return message;
    });
    assert.equal((await acrossCrash(engine, flow, flow, go(engine))).output, "broken 3");
    assert.equal(calls.length, 3);
  });

  test("a crash between two attempts goes on with the next one", async () => {
    const long: PlanInterceptor = {
      name: "long",
      async around({ host }, spec, next) {
        const first = await next(spec);
        await host.wait({ kind: "waitFor", name: "wait", event: "again" });
        return first.status === "failed" ? next(spec) : first;
      },
    };
    await using engine = await open({ plan: [long] });
    const calls: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => step.run("a", failing(1, calls)));
    const run = await acrossCrash(engine, flow, flow, () => engine.control.emit("again", null));
    assert.equal(run.output, "good");
    assert.equal(calls.length, 2);
  });

  test("a fork does a planned closure again, and takes a planned answer from its origin", async () => {
    const asked: string[] = [];
    const plan = { ...healing, kinds: ["run", "question"] };
    const perform = async () => ({ status: "succeeded", result: asked.push("question") }) as const;
    const verbs = {
      question: (host: { effect(spec: object): unknown }) => (topic: string) =>
        host.effect({ kind: "question", name: "q", input: { topic }, perform }),
    };
    await using engine = await open({ plan: [plan], verbs: verbs as never });
    let count = 0;
    const flow = (topic: string) =>
      testFlow("f", async (step) => {
        const asking = step as unknown as TestStep & { question(topic: string): Promise<number> };
        const first = await asking.run("first", () => 0);
        return [first, await asking.run("again", () => ++count), await asking.question(topic)];
      });
    const { id } = await engine.run(flow("weather"));
    const fork = async () => engine.until(await engine.control.fork(id, "first"), "succeeded", "failed", "paused");
    assert.deepEqual((await fork()).output, [0, 2, 1]);
    engine.flows.set("f", flow("time"));
    assert.deepEqual((await fork()).output, [0, 3, 2]);
    assert.deepEqual(asked, ["question", "question"]);
  });

  test("a good attempt after which the plan calls another verb is stored before that verb begins", async () => {
    const checked: PlanInterceptor = {
      name: "checked",
      async around({ host }, spec, next) {
        const outcome = await next(spec);
        await host.wait({ kind: "waitFor", name: "check", event: "checked" });
        return outcome;
      },
    };
    await using engine = await open({ plan: [checked] });
    let calls = 0;
    const flow = testFlow("f", async (step: TestStep) => step.run("a", () => ++calls));
    const run = await acrossCrash(engine, flow, flow, () => engine.control.emit("checked", null));
    assert.equal(run.output, 1);
    assert.equal(calls, 1);
    assert.deepEqual(
      (await engine.store.rows(run.id)).map(({ key }) => key),
      ["a/attempt", "a/check", "a"],
    );
  });

  test("a plan never heals a cancel", async () => {
    await using engine = await open({ plan: [healing] });
    let starts = 0;
    const flow = testFlow("f", async (step: TestStep) =>
      step.run("a", ({ signal }) => {
        starts++;
        return new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason as Error)),
        );
      }),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (starts === 0) await new Promise((resolve) => setImmediate(resolve));
    await engine.control.cancel(id);
    assert.equal((await engine.until(id, "cancelled")).status, "cancelled");
    assert.equal(starts, 1);
  });

  test("a run goes on where its plan was taken away between two attempts", async () => {
    const twice: PlanInterceptor = {
      name: "twice",
      around: async (_context, spec, next) => ((await next(spec)).status === "failed" ? next(spec) : next(spec)),
    };
    const plan = [twice];
    await using engine = await open({ plan });
    let calls = 0;
    const flow = testFlow("f", async (step: TestStep) =>
      step.run("a", () => {
        calls++;
        if (calls === 1) throw new Error("broken");
        return calls === 2 ? new Promise<string>(() => undefined) : "good";
      }),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (calls < 2) await new Promise((resolve) => setImmediate(resolve));
    plan.length = 0;
    await engine.crash();
    assert.equal((await engine.until(id, "succeeded", "paused", "failed")).output, "good");
  });
}

export function effectRingTests(open: OpenEngine): void {
  const watching = (seen: string[]): EffectInterceptor => ({
    name: "watching",
    async around(context, _spec, next) {
      seen.push(`${context.key} ${context.attempt}`);
      const outcome = await next();
      return { ...outcome, result: { wrapped: outcome.result } };
    },
  });

  test("an effect interceptor stands around each real execution and not around a replay", async () => {
    const seen: string[] = [];
    await using engine = await open({ ring: [watching(seen)] });
    const flow = testFlow("f", async (step: TestStep) => {
      const value = await step.run("a", () => 1);
      await step.waitFor("e", { event: "go" });
      return value;
    });
    assert.deepEqual((await acrossCrash(engine, flow, flow, go(engine))).output, { wrapped: 1 });
    assert.deepEqual(seen, ["a 1"]);
  });

  test("each attempt of a plan is an execution through the effect ring, with the step's own key", async () => {
    const seen: string[] = [];
    await using engine = await open({ plan: [healing], ring: [watching(seen)] });
    await engine.run(testFlow("f", async (step: TestStep) => step.run("a", failing(1))));
    assert.deepEqual(seen, ["a 1", "a 2"]);
  });

  test("an interceptor's writes join the transaction that stores the step, and only that", async () => {
    const counting: EffectInterceptor = {
      name: "counting",
      async around(context, _spec, next) {
        const write = { sql: "insert into kept (key) values ('x')", parameters: [] };
        return { ...(await next()), writes: context.key === "a" ? [write] : [] };
      },
    };
    for (const plan of [[], [healing]]) {
      await using engine = await open({ ring: [counting], plan });
      await engine.database.write([{ sql: "create table kept (key text)", parameters: [] }]);
      const run = await engine.run(
        testFlow("f", async (step: TestStep) => {
          await step.run("a", () => 1);
          return step.run("b", () => 2);
        }),
      );
      assert.equal(run.output, 2);
      const kept = await engine.database.write([{ sql: "select key from kept", parameters: [] }]);
      assert.equal(kept.committed && kept.rows[0]?.length, 1);
    }
  });
}
