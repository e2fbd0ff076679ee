import assert from "node:assert/strict";
import { test } from "node:test";
import { testFlow, type TestStep } from "../support/engine.ts";
import type { OpenEngine } from "./engine-case.ts";

/** What may still happen after a cancel, and for how long; what a fork takes over. */
export function cleanupTests(open: OpenEngine): void {
  test("a cleanup that begins after a cancel ends at its deadline", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      try {
        await step.waitFor("e", { event: "never" });
      } finally {
        await step.cleanup((s) => s.waitFor("x", { event: "never either" }), { deadline: 50 });
      }
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    assert.equal((await engine.until(id, "cancelled")).status, "cancelled");
  });

  test("a cleanup that is at work when the cancel comes has its deadline from then on, across a crash", async () => {
    await using engine = await open({ parkAfterMs: 0 });
    const flow = testFlow("f", async (step: TestStep) =>
      step.cleanup((s) => s.waitFor("x", { event: "never" }), { deadline: 200 }),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    while ((await engine.store.rows(id)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await engine.crash();
    assert.equal((await engine.until(id, "cancelled")).status, "cancelled");
  });

  test("a cancelled parent waits for its child's end, and not longer than the grace", async () => {
    await using engine = await open({ graceMs: 100 });
    const tidied: string[] = [];
    engine.flows.set(
      "tidy",
      testFlow("tidy", async (step: TestStep) => {
        try {
          await step.sleep("nap", "1h");
        } finally {
          await step.cleanup((s) => s.run("tidy", () => void tidied.push("tidy")));
        }
      }),
    );
    engine.flows.set(
      "slow",
      testFlow("slow", async (step: TestStep) =>
        step.cleanup((s) => s.waitFor("x", { event: "never" }), { deadline: "1h" }),
      ),
    );
    for (const child of ["tidy", "slow"]) {
      const flow = testFlow(`parent of ${child}`.replaceAll(" ", "-"), async (step: TestStep) =>
        step.flow("kid", child, null),
      );
      engine.flows.set(flow.name, flow);
      const id = await engine.control.start({ flow });
      await engine.until(id, "waiting");
      await engine.control.cancel(id);
      const run = await engine.until(id, "cancelled");
      assert.equal(run.steps.find(({ key }) => key === "kid")?.status, child === "tidy" ? "failed" : "cancelled");
    }
    assert.deepEqual(tidied, ["tidy"]);
  });

  test("a fork behind a cancel keeps what came before the cancel, and goes on", async () => {
    await using engine = await open();
    const started: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => started.push("a"));
      const waited = await step.waitFor("e", { event: "go" }).catch(() => "cancelled");
      await step.cleanup((s) => s.run("tidy", () => started.push("tidy")));
      return waited;
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    await engine.until(id, "cancelled");
    const fork = await engine.control.fork(id, "cleanup/tidy");
    await engine.until(fork, "waiting");
    await engine.control.emit("go", "through");
    assert.equal((await engine.until(fork, "succeeded")).output, "through");
    assert.deepEqual(started, ["a", "tidy", "tidy"]);
  });

  test("a fork takes later waits from its origin where they are asked the same, and closures run again", async () => {
    await using engine = await open();
    const started: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => started.push("a"));
      const event = await step.waitFor("e", { event: "go" });
      await step.run("b", () => started.push("b"));
      return event;
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.emit("go", 5);
    await engine.until(id, "succeeded");
    const fork = await engine.control.fork(id, "a");
    assert.equal((await engine.until(fork, "succeeded", "waiting")).output, 5);
    assert.deepEqual(started, ["a", "b", "a", "b"]);
  });
}
