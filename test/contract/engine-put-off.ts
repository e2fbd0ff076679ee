import assert from "node:assert/strict";
import { test } from "node:test";
import type { EffectInterceptor, PlanInterceptor } from "../../src/core/verb.ts";
import { testFlow, type TestEngine, type TestStep } from "../support/engine.ts";
import type { OpenEngine } from "./engine-case.ts";

const note = (key: string) => ({ sql: "insert into kept (key) values ('" + key + "')", parameters: [] });

/** Puts a step off for as long as the gate is shut. */
function gate(name: string): EffectInterceptor & { isOpen: boolean } {
  const interceptor = {
    name: "gate",
    isOpen: false,
    around: async (...[context, , next]: Parameters<EffectInterceptor["around"]>) => {
      if (context.name !== name) return next();
      context.join([note(`${context.key} ${interceptor.isOpen ? "open" : "shut"}`)]);
      if (interceptor.isOpen) return next();
      const failure = { code: "step.failed", message: "the gate is shut" } as const;
      return { status: "failed" as const, failure, pausesRun: true };
    },
  };
  return interceptor;
}

const patient: PlanInterceptor = { name: "patient", kinds: ["run"], around: (_context, spec, next) => next(spec) };

async function kept(engine: TestEngine): Promise<unknown[]> {
  const result = await engine.database.write([{ sql: "select key from kept order by key", parameters: [] }]);
  return result.committed ? (result.rows[0] ?? []).map(({ key }) => key) : [];
}

export function putOffTests(open: OpenEngine): void {
  for (const plan of [[], [patient]]) {
    const where = plan.length > 0 ? " inside a plan" : "";

    test(`a step that is put off${where} pauses the run with its reason, after what else runs, and begins anew at its resume`, async () => {
      const ring = gate("a");
      await using engine = await open({ ring: [ring], plan });
      await engine.database.write([{ sql: "create table kept (key text)", parameters: [] }]);
      const { promise: other, resolve: endOther } = Promise.withResolvers<string>();
      const flow = testFlow("f", (step: TestStep) => Promise.all([step.run("a", () => 1), step.run("b", () => other)]));
      engine.flows.set("f", flow);
      const id = await engine.control.start({ flow });
      await engine.until(id, "running");
      endOther("done");
      const paused = await engine.until(id, "paused", "failed", "succeeded");
      assert.equal(paused.status, "paused");
      assert.equal(paused.error?.message, "the gate is shut");
      assert.deepEqual(
        (await engine.store.rows(id)).map(({ key }) => key),
        // A run that leaves tells its plans nothing any more, so a good attempt has a row of its own.
        [plan.length > 0 ? "b/attempt" : "b"],
      );
      assert.deepEqual(await kept(engine), ["a shut"]);
      ring.isOpen = true;
      await engine.control.resume(id);
      assert.deepEqual((await engine.until(id, "paused", "failed", "succeeded")).output, [1, "done"]);
      assert.deepEqual(await kept(engine), ["a open", "a shut"]);
    });
  }

  test("a step that must not repeat may be put off, as it has not begun", async () => {
    const ring = gate("a");
    await using engine = await open({ ring: [ring] });
    await engine.database.write([{ sql: "create table kept (key text)", parameters: [] }]);
    const flow = testFlow("f", (step: TestStep) => step.run("a", () => 1, { onInterrupted: "ask" }));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "paused", "failed");
    ring.isOpen = true;
    await engine.control.resume(id);
    assert.equal((await engine.until(id, "paused", "failed", "succeeded")).output, 1);
  });

  test("what an execution joins is stored with its failure too", async () => {
    const ring: EffectInterceptor = {
      name: "joining",
      around: (context, _spec, next) => {
        context.join([note(context.key)]);
        return next();
      },
    };
    await using engine = await open({ ring: [ring] });
    await engine.database.write([{ sql: "create table kept (key text)", parameters: [] }]);
    const run = await engine.run(
      testFlow("f", (step: TestStep) =>
        step.run("a", () => {
          throw new Error("broken");
        }),
      ),
    );
    assert.equal(run.status, "failed");
    assert.deepEqual(await kept(engine), ["a"]);
  });
}
