import assert from "node:assert/strict";
import { test } from "node:test";
import { TuttiError } from "../../src/core/error.ts";
import type { Database } from "../../src/storage/database.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { beginning, until, type OpenScheduleCase } from "./schedule-case.ts";

const minute = 60_000;
const quick = testFlow("quick", async (_step: TestStep) => null);

type Fault = "none" | "before" | "after";

/** A database that, when it is told to, loses its connection before or after the commit of a run's making. */
function faulty(database: Database): Database & { fault: Fault; hits: number } {
  const wrapped = {
    ...database,
    fault: "none" as Fault,
    hits: 0,
    async write(statements: Parameters<Database["write"]>[0]) {
      const isFire = statements[0]?.sql.includes("last_run") === true;
      if (!isFire || wrapped.fault === "none") return database.write(statements);
      wrapped.hits++;
      if (wrapped.fault === "after") await database.write(statements);
      throw new TuttiError("storage.unavailable", "the connection is gone");
    },
  };
  return wrapped;
}

export function faultTests(open: OpenScheduleCase): void {
  for (const fault of ["before", "after"] as const) {
    test(`a connection that is lost ${fault} the commit costs no run and doubles none`, async () => {
      let database: ReturnType<typeof faulty> | undefined;
      await using schedules = await open({ wrap: (plain) => (database = faulty(plain)) });
      assert.ok(database);
      const broken = database;
      schedules.add(quick);
      await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1h", missed: "all" });
      await using _scheduler = schedules.start();
      broken.fault = fault;
      await schedules.clock.pass(60 * minute);
      await until(async () => {
        await schedules.clock.pass(0);
        return broken.hits > 0;
      });
      broken.fault = "none";
      await until(async () => {
        await schedules.clock.pass(1_000);
        return (await schedules.runs("s")).length > 0;
      });
      await schedules.dealt();
      const { fires } = await schedules.call("schedule.show", { name: "s" });
      const runs = await schedules.runs("s");
      // Time goes on while the database is asked, so there may be more than one by now.
      assert.deepEqual(
        fires.map(({ dueAt, run }) => [dueAt, run]).toReversed(),
        runs.map(({ id }, index) => [beginning + (index + 1) * 60 * minute, id]),
      );
    });
  }

  test("of many processes one starts each run, and none is left out", async () => {
    await using schedules = await open();
    schedules.add(quick);
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
    for (const name of names) await schedules.call("schedule.add", { name, flow: "quick", every: "1s" });
    await using stack = new AsyncDisposableStack();
    for (let count = 0; count < 4; count++) stack.use(schedules.start());
    await schedules.pass(10_000, 1_000);
    for (const name of names) {
      const runs = await schedules.runs(name);
      assert.equal(runs.length, 10, name);
    }
  });

  test("a turn that was read before the schedule was paused, replaced or removed is not taken", async () => {
    for (const change of ["pause", "remove"]) {
      let gate: PromiseWithResolvers<void> | undefined;
      let isReached = false;
      const wrap = (database: Database): Database => ({
        ...database,
        async write(statements) {
          if (statements[0]?.sql.includes("last_run")) {
            isReached = true;
            await gate?.promise;
          }
          return database.write(statements);
        },
      });
      await using schedules = await open({ wrap });
      schedules.add(quick);
      await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1m" });
      gate = Promise.withResolvers();
      const scheduler = schedules.start();
      await until(async () => {
        await schedules.clock.pass(minute);
        return isReached;
      });
      await schedules.call(`schedule.${change}`, { name: "s" });
      gate.resolve();
      await scheduler[Symbol.asyncDispose]();
      assert.deepEqual(await schedules.runs("s"), [], change);
      assert.ok(schedules.engine.worker.isIdle, "the place that was kept for the run is free again");
    }
  });
}
