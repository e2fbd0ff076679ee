import assert from "node:assert/strict";
import { test } from "node:test";
import { TuttiError } from "../../src/core/error.ts";
import type { Database } from "../../src/storage/database.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { beginning, until, type OpenScheduleCase } from "./schedule-case.ts";

const minute = 60_000;
const quick = testFlow("quick", async (_step: TestStep) => null);

/** Takes a turn with a run. */
const isFire = ([first]: Parameters<Database["write"]>[0]): boolean =>
  /^update "schedules" set "next_at" .*"last_run" =/.test(first?.sql ?? "");

type Fault = "none" | "before" | "after";

/** A database that, when it is told to, loses its connection before or after the commit of a run's making. */
function faulty(database: Database): Database & { fault: Fault; hits: number } {
  const wrapped = {
    ...database,
    fault: "none" as Fault,
    hits: 0,
    async write(statements: Parameters<Database["write"]>[0]) {
      if (!isFire(statements) || wrapped.fault === "none") return database.write(statements);
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
      schedules.work();
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

  test("what is added while the scheduler looks at the others is due in time", async () => {
    let gate: PromiseWithResolvers<void> | undefined;
    let isLooking = false;
    const wrap = (database: Database): Database => ({
      ...database,
      async read(query) {
        const rows = await database.read(query);
        if (!gate || !query.sql.includes("min(")) return rows;
        isLooking = true;
        await gate.promise;
        return rows;
      },
    });
    await using schedules = await open({ wrap });
    schedules.add(quick);
    gate = Promise.withResolvers();
    schedules.work();
    await until(async () => {
      await schedules.clock.pass(0);
      return isLooking;
    });
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "5s" });
    gate.resolve();
    gate = undefined;
    await schedules.dealt();
    await until(async () => {
      await schedules.clock.pass(0);
      return schedules.clock.pending > 0;
    });
    await schedules.clock.pass(5_000);
    await until(async () => {
      await schedules.clock.pass(0);
      return (await schedules.runs("s")).length > 0;
    });
  });

  test("a turn that was read before the schedule was paused, replaced or removed is not taken", async () => {
    const definition = { name: "s", flow: "quick", cron: "* * * * *", timeZone: "UTC" };
    for (const change of ["pause", "remove", "add"]) {
      let gate: PromiseWithResolvers<void> | undefined;
      let isReached = false;
      const wrap = (database: Database): Database => ({
        ...database,
        async write(statements) {
          if (isFire(statements)) {
            isReached = true;
            await gate?.promise;
          }
          return database.write(statements);
        },
      });
      await using schedules = await open({ wrap });
      schedules.add(quick);
      await schedules.call("schedule.add", definition);
      gate = Promise.withResolvers();
      const scheduler = schedules.start();
      await schedules.clock.pass(minute);
      await until(async () => {
        await schedules.clock.pass(0);
        return isReached;
      });
      // A clock that is set back makes the new one due at the very same time.
      schedules.setClock(-minute);
      if (change === "add") await schedules.call("schedule.add", { ...definition, input: "new", replace: true });
      else await schedules.call(`schedule.${change}`, { name: "s" });
      gate.resolve();
      await scheduler[Symbol.asyncDispose]();
      assert.deepEqual(await schedules.runs("s"), [], change);
      assert.ok(schedules.engine.worker.isIdle, "the place that was kept for the run is free again");
    }
  });
}
