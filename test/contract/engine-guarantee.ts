import { noUsage } from "../../src/core/step.ts";
import { errorColumns, usageColumns } from "../../src/engine/run-column.ts";
import assert from "node:assert/strict";
import type { Kysely } from "kysely";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import type { Statement } from "../../src/core/statement.ts";
import { toStatement } from "../../src/storage/database.ts";
import { createEventLog } from "../../src/events/event-log.ts";
import { createRunStatements } from "../../src/engine/run-statement.ts";
import type { RunRow } from "../../src/engine/run-table.ts";
import { testFlow, type TestEngine, type TestStep } from "../support/engine.ts";
import { go, type OpenEngine } from "./engine-case.ts";

/** Promises that only show when something goes wrong at the right moment. */
export function guaranteeTests(open: OpenEngine): void {
  fenceTests(open);
  deathTests(open);
  orderTests(open);
  endTests(open);
}

const noColumns = { ...usageColumns(noUsage), ...errorColumns(null) };

function fenceTests(open: OpenEngine): void {
  const writes: Record<string, (of: TestEngine, holder: Holder) => Statement> = {
    fence: (of, holder) => statementsOf(of).fence(holder),
    "fence with news": (of, holder) => statementsOf(of).fenceWake({ ...holder, wake: 0 }),
    end: (of, holder) =>
      statementsOf(of).end({ ...holder, ...nothing, ...noColumns, status: "succeeded", abandoned: null, at: 1 }),
    park: (of, holder) => statementsOf(of).park({ ...holder, wake: 0, due: null }),
    pause: (of, holder) => statementsOf(of).pause({ ...holder, failure: null, ...errorColumns(null) }),
    "hand back": (of, holder) => statementsOf(of).handBack(holder),
    "give up": (of, holder) => statementsOf(of).giveUp(holder),
  };
  for (const [what, write] of Object.entries(writes)) {
    test(`${what} writes nothing for a worker that no longer holds the run`, async () => {
      await using engine = await open();
      const run = await heldRun(engine);
      const holder = { id: run.id, epoch: run.epoch, owner: run.owner ?? "" };
      for (const other of [
        { ...holder, epoch: run.epoch - 1 },
        { ...holder, owner: "another worker" },
      ]) {
        assert.equal((await engine.database.write([write(engine, other)])).committed, false);
        assert.deepEqual(await engine.store.run(run.id), run);
      }
      assert.equal((await engine.database.write([write(engine, holder)])).committed, true);
    });
  }
}

function deathTests(open: OpenEngine): void {
  for (const what of ["park", "pause", "handBack"] as const) {
    test(`a ${what} in good order makes earlier deaths count no more`, async () => {
      await using engine = await open();
      const { id, epoch, owner } = await heldRun(engine);
      const statements = statementsOf(engine);
      await engine.database.write([set(engine, id, { deaths: 2, died_at: 0 })]);
      const holder = { id, epoch, owner: owner ?? "", wake: 0, due: null, failure: null, ...errorColumns(null) };
      await engine.database.write([statements[what](holder)]);
      assert.equal((await engine.store.run(id)).deaths, 0);
    });
  }

  test("deaths count only as long as no step is stored between them", async () => {
    await using engine = await open();
    const starts: number[] = [];
    const flow = testFlow("f", async (step: TestStep) => {
      for (let at = 0; at < 5; at++) {
        await step.run(`step ${at}`, () => {
          starts.push(at);
          return starts.filter((started) => started === at).length > 1 ? at : new Promise<number>(() => undefined);
        });
      }
      return "done";
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    for (let at = 0; at < 5; at++) {
      while (!starts.includes(at)) await new Promise((resolve) => setImmediate(resolve));
      await engine.crash();
    }
    assert.equal((await engine.until(id, "succeeded", "paused")).output, "done");
  });

  test("a run that was paused as a crash loop and is resumed has all its lives again", async () => {
    await using engine = await open();
    let isOpen = false;
    const flow = testFlow("f", async (step: TestStep) =>
      step.run("a", () => (isOpen ? "done" : new Promise<string>(() => undefined))),
    );
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    const die = async (): Promise<void> => {
      await engine.until(id, "running");
      await engine.crash();
    };
    for (let death = 0; death < 3; death++) await die();
    assert.equal((await engine.until(id, "paused")).error?.code, "engine.crash_loop");
    await engine.control.resume(id);
    await die();
    isOpen = true;
    await die();
    assert.equal((await engine.until(id, "succeeded", "paused")).output, "done");
  });
}

function orderTests(open: OpenEngine): void {
  test("waits that were settled while the run was out of memory come in the order of their events", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      const order: string[] = [];
      const wait = (name: string) => step.waitFor(name, { event: name }).then(() => order.push(name));
      await Promise.all([wait("a"), wait("b"), wait("c")]);
      return order;
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.worker.stop(1_000);
    for (const name of ["c", "a", "b"]) {
      await engine.control.emit(name, null);
      // Two events of one millisecond are in order of their waits.
      await pause(2);
    }
    await engine.crash();
    assert.deepEqual((await engine.until(id, "succeeded")).output, ["c", "a", "b"]);
  });

  test("an event that the loser of a race had taken goes to the next run that waits for it", async () => {
    await using engine = await open();
    const first = testFlow("first", async (step: TestStep) => {
      const { winner } = await step.race("r", {
        go: (s: TestStep) => s.waitFor("e", { event: "go" }),
        other: (s: TestStep) => s.waitFor("o", { event: "other" }),
      } as never);
      return winner;
    });
    const second = testFlow("second", async (step: TestStep) => step.waitFor("e", { event: "go" }));
    const ids: string[] = [];
    for (const flow of [first, second]) {
      engine.flows.set(flow.name, flow);
      const id = await engine.control.start({ flow });
      await engine.until(id, "waiting");
      ids.push(id);
    }
    await engine.worker.stop(1_000);
    await engine.control.emit("other", null);
    await pause(2);
    await engine.control.emit("go", "for the second");
    await engine.crash();
    assert.equal((await engine.until(ids[0] ?? "", "succeeded")).output, "other");
    assert.equal((await engine.until(ids[1] ?? "", "succeeded")).output, "for the second");
  });

  test("a fork does not take an answer of its origin for another question", async () => {
    await using engine = await open();
    const flow = (event: string) =>
      testFlow("f", async (step: TestStep) => {
        await step.run("a", () => 1);
        return step.waitFor("e", { event });
      });
    engine.flows.set("f", flow("go"));
    const id = await engine.control.start({ flow: flow("go") });
    await engine.until(id, "waiting");
    await go(engine, "of go")();
    await engine.until(id, "succeeded");
    engine.flows.set("f", flow("other"));
    const fork = await engine.control.fork(id, "a");
    await engine.until(fork, "waiting", "succeeded");
    await engine.control.emit("other", "of other");
    assert.equal((await engine.until(fork, "succeeded")).output, "of other");
  });

  test("a run tells its story as events, step by step", async () => {
    await using engine = await open();
    const flow = testFlow("f", async (step: TestStep) => {
      await step.run("a", () => 1);
      await step.run("b", () => Promise.reject(new Error("broken"))).catch(() => null);
    });
    const { id } = await engine.run(flow);
    const events = await createEventLog(engine.database).read({ subject: id, limit: 100 });
    assert.deepEqual(
      events.map(({ type, data }) => [type].concat(stepOf(data))),
      [
        ["tutti.run.created"],
        ["tutti.run.started"],
        ["tutti.step.finished", "a", "succeeded"],
        ["tutti.step.finished", "b", "failed"],
        ["tutti.run.succeeded"],
      ],
    );
  });
}

function endTests(open: OpenEngine): void {
  test("a child that nobody waits for any more is cancelled with its parent's end", async () => {
    await using engine = await open();
    const child = testFlow("child", async (step: TestStep) => step.sleep("nap", "1h"));
    engine.flows.set("child", child);
    const parent = await engine.run(
      testFlow("f", async (step: TestStep) => {
        void step.flow("kid", "child", null);
        await step.run("a", () => 1);
        return "ended";
      }),
    );
    assert.equal(parent.output, "ended");
    const [kid] = await engine.store.list({ flow: "child", limit: 1 });
    assert.equal((await engine.until(kid?.id ?? "", "cancelled")).status, "cancelled");
  });

  test("a pause starts nothing new while another branch is still at work", async () => {
    await using engine = await open();
    const started: string[] = [];
    const gates = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() };
    const flow = testFlow("f", async (step: TestStep) => {
      const work = (name: string, until?: Promise<void>) => step.run(name, () => (started.push(name), until));
      await Promise.all([work("a", gates.a.promise), work("b", gates.b.promise).then(() => work("c"))]);
      return "done";
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    while (started.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await engine.control.pause(id);
    gates.b.resolve();
    while ((await engine.store.rows(id)).length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    gates.a.resolve();
    await engine.until(id, "paused");
    assert.deepEqual(started, ["a", "b"]);
    await engine.control.resume(id);
    assert.equal((await engine.until(id, "succeeded")).output, "done");
  });

  test("a step that still runs at the body's end is told so", async () => {
    await using engine = await open();
    const told = Promise.withResolvers<string>();
    const started = Promise.withResolvers<void>();
    const run = await engine.run(
      testFlow("f", async (step: TestStep) => {
        void step.run("open", async ({ signal }) => {
          signal.addEventListener("abort", () => told.resolve("aborted"));
          started.resolve();
          await new Promise(() => undefined);
        });
        await step.run("b", () => started.promise);
      }),
    );
    assert.equal(run.status, "succeeded");
    assert.equal(await told.promise, "aborted");
  });

  test("the grace of a cancel ends no step of a cleanup", async () => {
    await using engine = await open({ graceMs: 20 });
    const flow = testFlow("f", async (step: TestStep) => {
      try {
        await step.waitFor("e", { event: "never" });
      } finally {
        await step.cleanup((s) => s.run("tidy", () => pause(150, "tidied")), { deadline: "1m" });
      }
    });
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    const run = await engine.until(id, "cancelled");
    assert.equal(run.steps.find(({ key }) => key === "cleanup/tidy")?.output, "tidied");
  });

  test("the grace of a cancel is counted from the cancel, though the run leaves memory in it", async () => {
    await using engine = await open({ graceMs: 60, parkAfterMs: 0 });
    const slow = testFlow("slow", async (step: TestStep) =>
      step.cleanup((s) => s.waitFor("x", { event: "never" }), { deadline: "1h" }),
    );
    engine.flows.set("slow", slow);
    const flow = testFlow("f", async (step: TestStep) => step.flow("kid", "slow", null));
    engine.flows.set("f", flow);
    const id = await engine.control.start({ flow });
    await engine.until(id, "waiting");
    await engine.control.cancel(id);
    assert.equal((await engine.until(id, "cancelled")).status, "cancelled");
  });
}

interface Holder {
  readonly id: string;
  readonly epoch: number;
  readonly owner: string;
}

const nothing = { output: null, failure: null };

type Build = Kysely<{
  runs: { id: string; status: string; owner: string | null; deaths: number; died_at: number | null };
}>;

function statementsOf({ database }: TestEngine): ReturnType<typeof createRunStatements> {
  return createRunStatements(database);
}

function set({ database }: TestEngine, id: string, values: { deaths: number; died_at: number }): Statement {
  return toStatement((database.build as Build).updateTable("runs").set(values).where("id", "=", id));
}

/** A run as a worker holds it, in the name of one that does nothing. */
async function heldRun(engine: TestEngine): Promise<RunRow> {
  const flow = testFlow("held", async (step: TestStep) => step.waitFor("e", { event: "go" }));
  engine.flows.set("held", flow);
  const id = await engine.control.start({ flow });
  await engine.until(id, "waiting");
  const values = { status: "running", owner: "idle worker" };
  const { build } = engine.database;
  await engine.database.write([toStatement((build as Build).updateTable("runs").set(values).where("id", "=", id))]);
  return engine.store.run(id);
}

function stepOf(data: unknown): string[] {
  const { key, status } = (data ?? {}) as { key?: string; status?: string };
  return key === undefined ? [] : [key, status ?? ""];
}
