import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/error.ts";
import { newId } from "../core/id.ts";
import type { Random } from "../core/random.ts";
import type { Statement } from "../core/statement.ts";
import { toStatement, type Database } from "../storage/database.ts";
import { currentPeriod, type Budget } from "./budget.ts";
import type { BudgetStore } from "./budget-store.ts";
import { toWindowCount } from "./budget-window.ts";
import type { CostBuild, PauseTable } from "./cost-table.ts";
import type { Calendar } from "./period.ts";
import { findPrice, type PriceList } from "./price-list.ts";
import { refusalOf, unpricedOf } from "./refusal.ts";

/** What the cost room does to runs; app.ts hands in the engine's. */
export interface BudgetedRuns {
  /** Lets a run go on that is paused for a budget, and that nobody has paused besides; false where it is not. */
  resume(run: string): Promise<boolean>;
  hasEnded(run: string): Promise<boolean>;
}

/** The runs that budgets have paused, and when they can go on. */
export interface Pauses {
  /** Joins the transaction that pauses the run. */
  remember(run: string, failure: Failure): Statement[];
  hasAny(): Promise<boolean>;
  /** Resumes those whose budget has room now, in the order in which they were paused, and tells which. */
  look(): Promise<string[]>;
}

export interface PausePorts {
  readonly database: Pick<Database, "read" | "write">;
  readonly build: CostBuild;
  readonly store: Pick<BudgetStore, "fresh">;
  readonly runs: BudgetedRuns;
  readonly calendar: Calendar;
  readonly prices: PriceList | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

export function createPauses(ports: PausePorts): Pauses {
  const { database, build, store, runs } = ports;
  return {
    remember: (run, failure) => {
      const row = toRow(ports, run, failure);
      return row ? [replaceStatement(build, row)] : [];
    },
    hasAny: async () =>
      (await database.read(build.selectFrom("cost_pauses").select("run").limit(1).compile())).length > 0,
    async look() {
      const pauses = await database.read(
        build.selectFrom("cost_pauses").selectAll().orderBy("at").orderBy("id").compile(),
      );
      const resumed: string[] = [];
      if (pauses.length === 0) return resumed;
      const { budgets } = await store.fresh();
      for (const pause of pauses) {
        const budget = budgets.find(({ id }) => id === pause.budget);
        if (budget && !(await mayGoOn(ports, budget, pause))) continue;
        // Also where it was not resumed: it has ended, was resumed before, or a human has paused it, who resumes it as well.
        if (await runs.resume(pause.run)) resumed.push(pause.run);
        const done = build.deleteFrom("cost_pauses").where("run", "=", pause.run).where("id", "=", pause.id);
        await database.write([toStatement(done)]);
      }
      return resumed;
    },
  };
}

function toRow({ clock, random }: PausePorts, run: string, failure: Failure): PauseTable | null {
  const about = { run, id: newId("pau", random), at: clock.now() };
  const refusal = refusalOf(failure);
  if (refusal) {
    const { budgetId: budget, subject, period, model, needed } = refusal;
    return { ...about, budget, subject, period, model, needed };
  }
  const unpriced = unpricedOf(failure);
  return (
    unpriced && { ...about, budget: unpriced.budgetId, subject: "", period: "", model: unpriced.model, needed: null }
  );
}

function replaceStatement(build: CostBuild, row: PauseTable): Statement {
  const { run: _run, ...rest } = row;
  const insert = build.insertInto("cost_pauses").values(row);
  return toStatement(insert.onConflict((conflict) => conflict.column("run").doUpdateSet(rest)));
}

async function mayGoOn(ports: PausePorts, budget: Budget, pause: PauseTable): Promise<boolean> {
  const { database, build, prices, calendar, clock } = ports;
  if (budget.resume === "manual") return false;
  if (pause.needed === null)
    return findPrice(prices, pause.model) !== undefined && prices?.currency === budget.currency;
  // The window may have turned since.
  const period = currentPeriod(budget, calendar.hourOf(clock.now())) ?? pause.period;
  const window = build.selectFrom("cost_windows").selectAll().where("budget", "=", budget.id);
  const [row] = await database.read(window.where("subject", "=", pause.subject).where("period", "=", period).compile());
  const { used, raised } = toWindowCount(row);
  return used + pause.needed <= budget.hard + raised;
}
