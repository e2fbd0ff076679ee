import assert from "node:assert/strict";
import { test } from "node:test";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { groupings } from "../../src/cost/cost-report.ts";
import { ask, costFlow, ended, movedClock, type CostEngine, type OpenCost } from "./cost-case.ts";

const dayMs = 86_400_000;
const prices = { date: "2026-11-01", currency: "EUR", models: { "scripted/a": { input: 2, output: 6 } } };
const models = () =>
  ["scripted/a", "scripted/b"].map((name) => createScriptedModel({ name, answers: () => "one two three" }));
const both = costFlow(async (step) => {
  await ask(step, "a");
  await ask(step, "b", { model: "scripted/b" });
}, "both");

type Shown = { readonly keptSince: string | null; readonly rows: readonly Record<string, unknown>[] };
const show = (engine: CostEngine, by: string): Promise<Shown> =>
  engine.op<Shown>("cost.show", { by, since: "2026-01-01" });

/** What all rows come to; null stays null. */
function totals({ rows }: Shown): Record<string, number | null> {
  const sums: Record<string, number | null> = {};
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === "number") sums[name] = Math.round(((sums[name] ?? 0) + value) * 1e9) / 1e9;
      else sums[name] ??= null;
    }
  return sums;
}

/** Runs on two days, forty days apart; a call on each that a crash has cut off. */
async function forty(open: OpenCost, cost: object = {}) {
  const clock = movedClock("2026-10-01T10:00:00Z");
  const engine = await open({ models: models(), clock, cost: { prices, ...cost } });
  const old = await engine.run(both);
  clock.move(40 * dayMs);
  await engine.run(both);
  return { engine, clock, old };
}

export function pruneTests(open: OpenCost): void {
  test("leaves every total as it was, whatever it is shown by", async () => {
    const { engine: made } = await forty(open);
    await using engine = made;
    const before = new Map<string, Shown>();
    for (const by of groupings) before.set(by, await show(engine, by));
    await engine.prune();
    assert.deepEqual(await engine.rows("select count(*) as count from cost_calls"), [{ count: 2 }]);
    for (const by of groupings) {
      const after = await show(engine, by);
      const was = before.get(by) ?? assert.fail();
      assert.deepEqual(totals(after), totals(was), by);
      if (by !== "run" && by !== "step") assert.deepEqual(after.rows, was.rows, by);
      assert.deepEqual([was.keptSince, after.keptSince], [null, "2026-10-11"]);
    }
    const again = await show(engine, "run");
    assert.deepEqual(
      again.rows.filter(({ key }) => key === null).map(({ calls }) => calls),
      [1, 1],
    );
    await engine.prune();
    assert.deepEqual(await show(engine, "run"), again);
  });

  test("keeps calls as long as it is told to, and those that have not ended", async () => {
    const { engine: made, clock } = await forty(open, { keepCalls: "60d" });
    await using engine = made;
    await engine.prune();
    assert.deepEqual(await engine.rows("select count(*) as count from cost_calls"), [{ count: 4 }]);
    await engine.database.write([
      { sql: "update cost_calls set state = 'reserved' where model = 'scripted/a'", parameters: [] },
    ]);
    clock.move(90 * dayMs);
    await engine.prune();
    assert.deepEqual(await engine.rows("select model, state from cost_calls"), [
      { model: "scripted/a", state: "reserved" },
      { model: "scripted/a", state: "reserved" },
    ]);
  });

  for (const { budget, used } of [
    { budget: { scope: "tenant", tokens: 1_000 }, used: 24 },
    { budget: { scope: "flow", of: "both", calls: 1_000 }, used: 4 },
    { budget: { scope: "model", of: "scripted/a", money: 1 }, used: 0.000_048 },
  ]) {
    test(`leaves a budget of ${Object.keys(budget).at(-1)} by ${budget.scope} that is made later what was used before`, async () => {
      const { engine: made } = await forty(open);
      await using engine = made;
      await engine.prune();
      await engine.op("budget.set", { name: "late", window: "total", ...budget });
      const { windows } = await engine.op<{ windows: { used: number }[] }>("budget.show", { name: "late" });
      assert.deepEqual(
        windows.map((window) => window.used),
        [used],
      );
    });
  }

  test("takes the windows of budgets that are closed, and of runs that have ended, and no others", async () => {
    const clock = movedClock("2026-10-01T10:00:00Z");
    await using engine = await open({ models: models(), clock });
    for (const window of ["hour", "day", "month", "total", "run"])
      await engine.op("budget.set", { name: window, window, calls: 100 });
    await engine.op("budget.set", { name: "each", scope: "run", window: "total", calls: 100 });
    const ended1 = await engine.run(both);
    const waiting = await engine.start(
      costFlow(async (step) => {
        await ask(step, "a");
        await step.waitFor("gate", { event: "go" });
        await ask(step, "b");
      }),
    );
    await engine.until(waiting, "waiting", ...ended);
    clock.move(70 * dayMs);
    await engine.prune();
    const left = await engine.rows(
      "select name, w.subject, w.period, used from cost_windows w join cost_budgets b on b.id = w.budget order by name",
    );
    assert.deepEqual(left, [
      { name: "each", subject: waiting, period: "total", used: 1 },
      { name: "run", subject: "all", period: waiting, used: 1 },
      { name: "total", subject: "all", period: "total", used: 3 },
    ]);
    assert.ok(ended1.id);
    await engine.control.emit("go", null);
    assert.equal((await engine.until(waiting, ...ended)).status, "succeeded");
    const after = await engine.rows(
      "select used from cost_windows w join cost_budgets b on b.id = w.budget where name = 'run'",
    );
    assert.deepEqual(after, [{ used: 2 }]);
  });
}
