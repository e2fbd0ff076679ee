import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { testFlow, type TestStep } from "../support/engine.ts";
import { beginning, type OpenScheduleCase, type ScheduleCase } from "./schedule-case.ts";

const strict = testFlow("strict", async (_step: TestStep, input: { last: number }) => input.last, {
  input: z.object({ last: z.number(), depth: z.number().default(2) }),
});
const definition = {
  name: "s",
  flow: "strict",
  cron: "0 7 * * *",
  timeZone: "UTC",
  input: { last: 5 },
};

export function definitionTests(open: OpenScheduleCase): void {
  const refused = async (schedules: ScheduleCase, change: Record<string, unknown>, expected: object): Promise<void> => {
    await assert.rejects(
      schedules.call("schedule.add", { ...definition, ...change }),
      expected,
      JSON.stringify(change),
    );
  };

  test("whatever a run would be refused for is refused when the schedule is added", async () => {
    await using schedules = await open();
    schedules.add(strict);
    schedules.add(testFlow("dated", async () => null, { input: z.object({ at: z.coerce.date() }) }));
    await refused(schedules, { flow: "unknown" }, { code: "flow.missing" });
    await refused(schedules, { input: {} }, { code: "flow.input_invalid", message: /last/ });
    await refused(
      schedules,
      { input: { last: 5, lsat: 6 } },
      { code: "flow.input_invalid", message: /no input "lsat"/ },
    );
    await refused(schedules, { flow: "dated", input: { at: "2026-11-25" } }, { code: "engine.not_json" });
    await refused(schedules, { cron: "61 * * * *" }, { code: "usage.invalid", message: /cron pattern/ });
    await refused(schedules, { cron: "0 0 30 2 *" }, { code: "usage.invalid", message: /never due/ });
    await refused(schedules, { cron: undefined }, { code: "usage.invalid", message: /either a cron pattern or/ });
    await refused(schedules, { every: "1h" }, { code: "usage.invalid", message: /either a cron pattern or/ });
    await refused(schedules, { cron: undefined, every: "10ms" }, { code: "usage.invalid", message: /1s to 366d/ });
    await refused(schedules, { timeZone: "Berlin" }, { code: "usage.invalid", message: /not a time zone/ });
    await refused(schedules, { name: "two words" }, { name: "ZodError" });
    assert.deepEqual(await schedules.call<unknown>("schedule.list"), []);
  });

  test("the same schedule again changes nothing, whatever the order of its input's keys", async () => {
    await using schedules = await open();
    schedules.add(strict);
    const input = { last: 5, depth: 1 };
    assert.equal(
      (await schedules.call<{ change: string }>("schedule.add", { ...definition, input })).change,
      "created",
    );
    await schedules.pass(1_000);
    const again = await schedules.call<{ change: string; nextAt: number }>("schedule.add", {
      ...definition,
      input: { depth: 1, last: 5 },
    });
    assert.deepEqual([again.change, again.nextAt], ["unchanged", beginning + 3_600_000]);
    await schedules.call("schedule.add", { ...definition, name: "e", cron: undefined, every: "90m" });
    const { change, nextAt } = await schedules.call<{ change: string; nextAt: number }>("schedule.add", {
      ...definition,
      name: "e",
      cron: undefined,
      every: "1.5h",
    });
    assert.deepEqual([change, nextAt], ["unchanged", beginning + 1_000 + 5_400_000]);
  });

  test("another schedule of the name is a conflict that says what differs; replace takes its place and keeps its past", async () => {
    await using schedules = await open();
    schedules.add(strict);
    await schedules.call("schedule.add", definition);
    const scheduler = schedules.start();
    await schedules.pass(3_600_000);
    await scheduler[Symbol.asyncDispose]();
    const other = { ...definition, cron: "30 7 * * *", missed: "all" };
    await refused(schedules, other, { code: "schedule.conflict", message: /what differs: cron, missed$/ });
    const replaced = await schedules.call<{ change: string; nextAt: number; lastRun: string; fires: unknown[] }>(
      "schedule.add",
      { ...other, replace: true },
    );
    assert.deepEqual([replaced.change, replaced.nextAt], ["replaced", beginning + 1.5 * 3_600_000]);
    assert.equal(replaced.lastRun, (await schedules.runs("s"))[0]?.id);
    assert.equal(replaced.fires.length, 1);
  });

  test("a paused schedule that is replaced stays paused", async () => {
    await using schedules = await open();
    schedules.add(strict);
    await schedules.call("schedule.add", definition);
    await schedules.call("schedule.pause", { name: "s" });
    await schedules.call("schedule.add", { ...definition, cron: "0 8 * * *", replace: true });
    const { isPaused, nextAt, upcoming } = await schedules.call("schedule.show", { name: "s" });
    assert.deepEqual([isPaused, nextAt, upcoming], [true, null, []]);
    assert.equal((await schedules.call("schedule.resume", { name: "s" })).nextAt, beginning + 2 * 3_600_000);
  });

  test("many that add the same schedule at once make one of it", async () => {
    await using schedules = await open();
    schedules.add(strict);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => schedules.call<{ change: string }>("schedule.add", definition)),
    );
    const changes = answers.map(({ change }) => change).toSorted();
    assert.deepEqual(changes, ["created", ...Array.from({ length: 7 }, () => "unchanged")]);
  });

  test("a large input is kept whole, shown whole, and left out of lists", async () => {
    await using schedules = await open();
    schedules.add(testFlow("large", async (_step: TestStep, input: { text: string }) => input.text.length));
    const text = "x".repeat(100_000);
    await schedules.call("schedule.add", { ...definition, flow: "large", input: { text } });
    const { input, isInputCut } = await schedules.entry("s");
    assert.deepEqual([input, isInputCut], [null, true]);
    assert.deepEqual((await schedules.call("schedule.show", { name: "s" })).input, { text });
    schedules.work();
    await schedules.pass(3_600_000);
    const [run] = await schedules.runs("s");
    assert.equal((await schedules.engine.until(run?.id ?? "", "succeeded")).output, 100_000);
  });
}
