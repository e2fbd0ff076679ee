import assert from "node:assert/strict";
import { test } from "node:test";
import { testFlow, type TestStep } from "../support/engine.ts";
import { beginning, type OpenScheduleCase, type ScheduleCase } from "./schedule-case.ts";

const hour = 3_600_000;
const minute = 60_000;
const quick = testFlow("quick", async (_step: TestStep) => null);

interface Outcome {
  readonly outcome: string;
  readonly minutes: number;
  readonly count: number;
}

/** What became of due times, oldest first, in minutes since the beginning. */
async function outcomes(schedules: ScheduleCase, name: string): Promise<Outcome[]> {
  const { fires } = await schedules.call("schedule.show", { name });
  return fires
    .map(({ outcome, dueAt, count }) => ({ outcome, minutes: (dueAt - beginning) / minute, count }))
    .toReversed();
}

export function missedTests(open: OpenScheduleCase): void {
  /** Added, then nothing works for three and a half hours, then something does for the rest of an hour. */
  const afterDowntime = async (missed: string, change: object = {}): Promise<ScheduleCase> => {
    const schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1h", missed, ...change });
    await schedules.clock.pass(3.5 * hour);
    return schedules;
  };

  test("missed once: one run for all that was due while nothing worked", async () => {
    await using schedules = await afterDowntime("once");
    schedules.work();
    await schedules.dealt();
    assert.deepEqual(await outcomes(schedules, "s"), [
      { outcome: "missed", minutes: 120, count: 2 },
      { outcome: "started", minutes: 180, count: 1 },
    ]);
    assert.equal((await schedules.runs("s")).length, 1);
    await schedules.pass(hour / 2);
    assert.equal((await schedules.runs("s")).length, 2);
  });

  test("missed skip: no run, and the reason is told", async () => {
    await using schedules = await afterDowntime("skip");
    schedules.work();
    await schedules.dealt();
    assert.deepEqual(await outcomes(schedules, "s"), [{ outcome: "missed", minutes: 180, count: 3 }]);
    const [fire] = (await schedules.call("schedule.show", { name: "s" })).fires;
    assert.deepEqual([fire?.reason?.code, fire?.firstDueAt], ["schedule.late", beginning + hour]);
    await schedules.pass(hour / 2);
    assert.equal((await schedules.runs("s")).length, 1);
  });

  test("missed all: a run for each, in their order", async () => {
    await using schedules = await afterDowntime("all");
    schedules.work();
    await schedules.dealt();
    assert.deepEqual(await outcomes(schedules, "s"), [
      { outcome: "started", minutes: 60, count: 1 },
      { outcome: "started", minutes: 120, count: 1 },
      { outcome: "started", minutes: 180, count: 1 },
    ]);
  });

  test("missed all is bounded: of more than a hundred the last ones", async () => {
    await using schedules = await afterDowntime("all", { every: "1m" });
    schedules.work();
    await schedules.dealt();
    const runs = await schedules.runs("s");
    assert.equal(runs.length, 100);
    const { fires } = await schedules.call("schedule.show", { name: "s" });
    assert.equal(fires[0]?.dueAt, beginning + 210 * minute);
    const events = await schedules.engine.database.write([
      { sql: "update events set type = type where type = 'tutti.schedule.missed' returning data", parameters: [] },
    ]);
    assert.ok(events.committed);
    const [event] = events.rows[0] ?? [];
    assert.deepEqual(JSON.parse(String(event?.["data"])).count, 110);
  });

  test("a due time that is some seconds late is not missed", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1h", missed: "skip" });
    await schedules.clock.pass(hour + 9_000);
    schedules.work();
    await schedules.dealt();
    assert.deepEqual(await outcomes(schedules, "s"), [{ outcome: "started", minutes: 60, count: 1 }]);
  });

  test("years of a schedule for every second are dealt with at once, and counted no further than a thousand", async () => {
    for (const missed of ["once", "skip", "all"]) {
      await using schedules = await open();
      schedules.add(quick);
      await schedules.call("schedule.add", { name: "s", flow: "quick", cron: "* * * * * *", missed });
      schedules.setClock(2 * 366 * 24 * hour);
      schedules.work();
      await schedules.dealt();
      assert.equal((await schedules.runs("s")).length, { once: 1, skip: 11, all: 100 }[missed]);
    }
  });

  test("a clock that is set forward is a time in which nothing worked", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1h" });
    schedules.work();
    await schedules.dealt();
    schedules.setClock(5 * hour + minute);
    await schedules.pass(30_000);
    assert.deepEqual(await outcomes(schedules, "s"), [
      { outcome: "missed", minutes: 240, count: 4 },
      { outcome: "started", minutes: 300, count: 1 },
    ]);
  });

  test("a clock that is set back by up to three hours makes nothing due twice", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", every: "1h" });
    schedules.work();
    await schedules.pass(3 * hour, hour);
    schedules.setClock(-2 * hour);
    await schedules.pass(2 * hour, hour);
    assert.equal((await schedules.runs("s")).length, 3);
    await schedules.pass(hour);
    assert.equal((await schedules.runs("s")).length, 4);
  });

  test("a clock that was years ahead does not leave a schedule silent for years", async () => {
    await using schedules = await open();
    schedules.add(quick);
    await schedules.call("schedule.add", { name: "s", flow: "quick", cron: "0 * * * *", timeZone: "UTC" });
    schedules.work();
    schedules.setClock(4 * 366 * 24 * hour);
    await schedules.pass(30_000);
    assert.equal((await schedules.runs("s")).length, 1);
    schedules.setClock(-4 * 366 * 24 * hour);
    await schedules.pass(hour, 30_000);
    assert.equal((await schedules.runs("s")).length, 2);
  });
}
