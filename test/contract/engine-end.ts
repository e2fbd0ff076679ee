import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { acrossCrash, go, type OpenEngine } from "./engine-case.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a body may not await, what it leaves behind at its end, and what a crash in the middle of a step means. */
export function endTests(open: OpenEngine): void {
  for (const [what, work] of Object.entries({
    "a file": () => readFile(import.meta.filename),
    "a hash of the web": () => crypto.subtle.digest("SHA-256", new Uint8Array(4)),
  })) {
    test(`a body that awaits ${what} is engine.foreign_await, though it may be done within a turn`, async () => {
      await using engine = await open();
      const run = await engine.run(
        testFlow("f", async (step: TestStep) => {
          await work();
          return step.run("a", () => 1);
        }),
      );
      assert.equal(run.error?.code, "engine.foreign_await");
    });
  }

  test("a run that only waits leaves memory, and comes back", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => step.waitFor("e", { event: "go" }));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.worker.whenIdle();
    assert.equal(engine.worker.active, 0);
    await engine.control.emit("go", 7);
    assert.equal((await engine.until(id, "succeeded")).output, 7);
  });

  test("the branches beside one that failed go on until the body ends", async () => {
    await using engine = await open();
    const done: string[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      const both = Promise.all([
        step.run("fails", () => Promise.reject(new Error("broken"))),
        step.run("goes on", async () => {
          for (let count = 0; count < 50; count++) await turn();
          done.push("first");
        }),
      ]);
      const message = await both.catch((error: StepError) => error.message);
      await step.run("after", async () => {
        while (done.length === 0) await turn();
      });
      return message;
    });
    const run = await engine.run(flow);
    assert.equal(run.output, "broken");
    assert.deepEqual(done, ["first"]);
    assert.equal(run.steps.find(({ key }) => key === "goes on")?.status, "succeeded");
  });

  test("three thousand steps are replayed as they were", async () => {
    await using engine = await open();
    let starts = 0;
    const flow = testFlow("f", async (step: TestStep) => {
      const items = [...Array(3_000).keys()];
      const results = await step.map("m", items, (item, inner) => inner.run("a", () => (starts++, item)), {
        concurrency: 500,
      });
      await step.waitFor("e", { event: "go" });
      return results.length;
    });
    assert.equal((await acrossCrash(engine, flow, flow, go(engine))).output, 3_000);
    assert.equal(starts, 3_000);
  });

  test("a step that was cut off runs again with the same key", async () => {
    await using engine = await open();
    const keys: string[] = [];
    const flow = testFlow("f", async (step: TestStep) =>
      step.map("m", [1], (_item, inner) =>
        inner.run("a", ({ key }) => (keys.push(key) === 1 ? new Promise<string>(() => undefined) : key)),
      ),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (keys.length === 0) await turn();
    await engine.crash();
    await engine.until(id, "succeeded");
    assert.deepEqual(keys, ["m[0]/a", "m[0]/a"]);
  });

  test("a step about which is asked pauses the run after a crash in its middle; resume lets it run once more", async () => {
    await using engine = await open();
    let starts = 0;
    const flow = testFlow("f", async (step: TestStep) => {
      const pay = (name: string) =>
        step.run(name, () => (++starts <= 2 ? new Promise<string>(() => undefined) : name), { onInterrupted: "ask" });
      return Promise.all([pay("a"), pay("b")]);
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (starts < 2) await turn();
    await engine.crash();
    const paused = await engine.until(id, "paused");
    assert.equal(paused.error?.code, "engine.interrupted");
    assert.match(paused.error?.message ?? "", /"a", "b"/);
    assert.equal(starts, 2);
    await engine.control.resume(id);
    assert.deepEqual((await engine.until(id, "succeeded")).output, ["a", "b"]);
  });

  test("fenced starts store that a step begins before it does, and repeat it after a crash", async () => {
    await using engine = await open({ fencedStarts: true });
    let starts = 0;
    const flow = testFlow("f", async (step: TestStep) =>
      step.run("a", () => (++starts === 1 ? new Promise<string>(() => undefined) : "done")),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (starts === 0) await turn();
    assert.deepEqual(
      (await engine.store.openings(id)).map(({ key }) => key),
      ["a"],
    );
    await engine.crash();
    assert.equal((await engine.until(id, "succeeded")).output, "done");
    assert.deepEqual(await engine.store.openings(id), []);
  });

  test("a run whose flow is gone can still be cancelled, and nothing of it stays open", async () => {
    const withdrawn: string[] = [];
    const waits = [{ kind: "question", withdrawn: ({ key }: { key: string }) => (withdrawn.push(key), []) }];
    const verbs = {
      question: (host: { wait(spec: object): unknown }) => () => host.wait({ kind: "question", name: "q" }),
    };
    await using engine = await open({ verbs: verbs as never, waits });
    const flow = testFlow("f", async (step) => (step as unknown as { question(): Promise<unknown> }).question());
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    engine.flows.delete("f");
    await engine.crash();
    await engine.control.cancel(id);
    assert.equal((await engine.until(id, "cancelled")).status, "cancelled");
    assert.deepEqual(withdrawn, ["q"]);
    assert.deepEqual(await engine.store.openings(id), []);
  });
}
