import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Kysely } from "kysely";
import { z } from "zod";
import { ownTimeZone } from "../../src/engine/schedule/rule.ts";
import type { Database } from "../../src/storage/database.ts";
import { testFlow, type TestStep } from "../support/engine.ts";
import { beginning, openScheduleCase, type OpenScheduleCase } from "./schedule-case.ts";
import { definitionTests } from "./schedule-definition.ts";
import { faultTests } from "./schedule-fault.ts";
import { missedTests } from "./schedule-missed.ts";

/** What schedules promise, sentence by sentence, on any database. */
export function scheduleContract(
  name: string,
  openDatabase: () => Promise<Database>,
  { skip }: { skip?: string | false } = {},
): void {
  const open: OpenScheduleCase = async (options) => openScheduleCase(await openDatabase(), options);
  describe(`schedules on ${name}`, { skip: skip ?? false }, () => {
    fireTests(open);
    stateTests(open);
    flowTests(open);
    definitionTests(open);
    missedTests(open);
    faultTests(open);
  });
}

const hour = 3_600_000;
export const quick = testFlow("quick", async (_step: TestStep, input: unknown) => input ?? null);

function fireTests(open: OpenScheduleCase): void {
  test("a schedule starts one run when it is due, and not before", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", {
      name: "daily",
      flow: "quick",
      cron: "30 7 * * *",
      timeZone: "UTC",
      input: { last: 5 },
    });
    schedules.work();
    await schedules.pass(1.5 * hour - 1);
    assert.deepEqual(await schedules.runs("daily"), []);
    await schedules.pass(1);
    const [run, ...others] = await schedules.runs("daily");
    assert.deepEqual(others, []);
    const record = await schedules.engine.until(run?.id ?? "", "succeeded");
    assert.deepEqual([record.flow, record.input, record.output], ["quick", { last: 5 }, { last: 5 }]);
    const { lastAt, lastRun, nextAt, fires } = await schedules.call("schedule.show", { name: "daily" });
    assert.deepEqual([lastAt, lastRun, nextAt], [beginning + 1.5 * hour, run?.id, beginning + 25.5 * hour]);
    const due = beginning + 1.5 * hour;
    assert.deepEqual(fires, [
      { dueAt: due, firstDueAt: due, count: 1, at: due, outcome: "started", run: run?.id, reason: null },
    ]);
  });

  test("an interval counts from when it was added and keeps its distances", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.pass(400);
    await schedules.call("schedule.add", { name: "pulse", flow: "quick", every: "15m" });
    schedules.work();
    // Seconds late each time, as on a busy machine.
    await schedules.pass(hour + 30_000, 15 * 60_000 + 4_000);
    const { fires, nextAt } = await schedules.call("schedule.show", { name: "pulse" });
    const from = beginning + 400;
    assert.deepEqual(
      fires.map(({ dueAt }) => (dueAt - from) / 60_000),
      [60, 45, 30, 15],
    );
    assert.equal(nextAt, from + 75 * 60_000);
  });

  test("what is added while it works is due in time", async () => {
    await using schedules = await open();
    schedules.add(quick);
    schedules.work();
    await schedules.pass(1_000);
    await schedules.call("schedule.add", { name: "late", flow: "quick", every: "5s" });
    await schedules.pass(5_000);
    assert.equal((await schedules.runs("late")).length, 1);
  });

  test("nothing is started where no process works", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "idle", flow: "quick", every: "10s" });
    await schedules.clock.pass(hour);
    assert.deepEqual(await schedules.runs("idle"), []);
  });

  test("only the last hundred of what became of due times are kept", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "busy", flow: "quick", every: "1s" });
    await schedules.call("schedule.add", { name: "calm", flow: "quick", every: "60s" });
    schedules.work();
    await schedules.pass(130_000, 5_000);
    assert.equal((await schedules.runs("busy")).length, 130);
    const count = async (name: string): Promise<number> => {
      const { database } = schedules.engine;
      const query = (database.build as never as Kysely<{ schedule_fires: { schedule: string } }>)
        .selectFrom("schedule_fires")
        .select("schedule")
        .where("schedule", "=", name);
      return (await database.read(query.compile())).length;
    };
    assert.deepEqual([await count("busy"), await count("calm")], [100, 2]);
  });

  test("with overlap skip nothing is started while the run before is open, and it says so", async () => {
    await using schedules = await open();
    schedules.add(testFlow("slow", async (step: TestStep) => step.waitFor("e", { event: "go" })));
    await schedules.call("schedule.add", { name: "one", flow: "slow", every: "1m", overlap: "skip" });
    await schedules.call("schedule.add", { name: "many", flow: "slow", every: "1m" });
    schedules.work();
    await schedules.pass(180_000, 60_000);
    const [run, ...others] = await schedules.runs("one");
    assert.deepEqual(others, []);
    assert.equal((await schedules.runs("many")).length, 3);
    const { fires, lastAt } = await schedules.call("schedule.show", { name: "one" });
    assert.deepEqual(
      fires.map(({ outcome }) => outcome),
      ["skipped", "skipped", "started"],
    );
    assert.match(fires[0]?.reason?.message ?? "", new RegExp(`run ${run?.id} was still (waiting|running)`));
    assert.equal(lastAt, beginning + 60_000);
    await schedules.engine.control.cancel(run?.id ?? "");
    await schedules.engine.until(run?.id ?? "", "cancelled");
    await schedules.pass(60_000);
    assert.equal((await schedules.runs("one")).length, 2);
  });
}

function stateTests(open: OpenScheduleCase): void {
  test("a paused schedule is not due; it goes on with the next due time, and nothing was missed", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "10m" });
    schedules.work();
    assert.equal((await schedules.call("schedule.pause", { name: "s" })).isPaused, true);
    assert.equal((await schedules.call("schedule.pause", { name: "s" })).nextAt, null);
    await schedules.pass(hour + 60_000);
    const { nextAt, isPaused, fires } = await schedules.call("schedule.resume", { name: "s" });
    assert.deepEqual([nextAt, isPaused, fires], [beginning + hour + 600_000, false, []]);
    assert.equal((await schedules.call("schedule.resume", { name: "s" })).nextAt, nextAt);
    await schedules.pass(540_000);
    assert.equal((await schedules.runs("s")).length, 1);
  });

  test("a removed schedule starts nothing, its runs stay, and its name is free", async () => {
    await using schedules = await open();
    schedules.add(quick);
    const definition = { name: "s", flow: "quick", every: "1m" };
    await schedules.call("schedule.add", definition);
    schedules.work();
    await schedules.pass(60_000);
    await schedules.call("schedule.remove", { name: "s" });
    await schedules.pass(hour);
    assert.equal((await schedules.runs("s")).length, 1);
    for (const operation of ["remove", "show", "pause", "resume"])
      await assert.rejects(schedules.call(`schedule.${operation}`, { name: "s" }), { code: "schedule.missing" });
    assert.deepEqual((await schedules.call("schedule.add", definition)).fires, []);
  });
}

function flowTests(open: OpenScheduleCase): void {
  test("a flow that is gone is told before it is due, its due times are recorded as missed, and it goes on once the flow is back", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1m" });
    schedules.work();
    schedules.engine.flows.delete("quick");
    assert.equal((await schedules.entry("s")).problem?.code, "flow.missing");
    await schedules.pass(60_000);
    const [fire] = (await schedules.call("schedule.show", { name: "s" })).fires;
    assert.deepEqual([fire?.outcome, fire?.run, fire?.reason?.code], ["missed", null, "flow.missing"]);
    schedules.add(quick);
    await schedules.pass(60_000);
    assert.equal((await schedules.runs("s")).length, 1);
    assert.equal((await schedules.entry("s")).problem, null);
  });

  test("an input that the flow does not take any more is a problem with the place in it", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1m", input: { last: 5 } });
    schedules.work();
    schedules.add(testFlow("quick", async () => null, { input: z.object({ last: z.string() }) }));
    assert.match((await schedules.entry("s")).problem?.message ?? "", /last must be text/);
    await schedules.pass(60_000);
    const { fires, nextAt } = await schedules.call("schedule.show", { name: "s" });
    assert.deepEqual([fires[0]?.outcome, fires[0]?.reason?.code], ["missed", "flow.input_invalid"]);
    assert.equal(nextAt, beginning + 120_000);
  });

  test("a schema that throws costs its own schedule a run and no other", async () => {
    await using schedules = await open();
    schedules.add(quick);
    const broken = z.unknown().refine(() => {
      if (schedules.clock.now() > 0) throw new TypeError("the schema is broken");
      return true;
    });
    schedules.add(testFlow("broken", async () => null, { input: broken }));
    await schedules.call("schedule.add", { name: "bad", flow: "broken", every: "1m", input: 1 });
    await schedules.call("schedule.add", { name: "good", flow: "quick", every: "1m" });
    schedules.work();
    await schedules.pass(60_000);
    const [fire] = (await schedules.call("schedule.show", { name: "bad" })).fires;
    assert.deepEqual([fire?.outcome, fire?.reason?.message], ["missed", "the schema is broken"]);
    assert.equal((await schedules.runs("good")).length, 1);
  });

  test("a rule that this version cannot read is a problem and is not due again", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", cron: "0 * * * *", timeZone: "UTC" });
    await schedules.engine.database.write([{ sql: "update schedules set time_zone = 'Mars/Base'", parameters: [] }]);
    schedules.work();
    await schedules.pass(hour);
    const { problem, nextAt, upcoming, fires } = await schedules.call("schedule.show", { name: "s" });
    assert.match(problem?.message ?? "", /Mars\/Base/);
    assert.deepEqual([nextAt, upcoming, fires[0]?.outcome], [null, [], "missed"]);
  });

  test("the time zone is this machine's unless it is given, and every answer states it", async () => {
    await using schedules = await open();
    schedules.add(quick);
    const added = await schedules.call("schedule.add", { name: "s", flow: "quick", cron: "0 3 * * *" });
    assert.equal(added.timeZone, ownTimeZone());
    assert.equal((await schedules.entry("s")).timeZone, ownTimeZone());
  });
}
