import { sql, type RawBuilder } from "kysely";
import type { SqlValue, Statement } from "../core/statement.ts";
import { toStatement } from "../storage/database.ts";
import { prepare } from "../storage/prepared.ts";
import type { Budget, Metric, WindowKey } from "./budget.ts";
import type { CostBuild } from "./cost-table.ts";
import type { Hold } from "./ledger.ts";
import type { PeriodKind } from "./period.ts";
import { raw } from "./raw.ts";

/** What a budget has counted for one subject in one period. */
export interface WindowCount {
  readonly used: number;
  readonly reserved: number;
  readonly raised: number;
  readonly warnedAt: number | null;
  readonly reachedAt: number | null;
}

export interface BudgetWindows {
  /** A guard: good only for the budgets as they were read; whoever changes one waits for this transaction. */
  unchanged(generation: number): Statement;
  /**
   * A guard that always holds: makes the window where it is missing, with what the ledger knows already, and returns it.
   * `except` is the call that is being reserved, which is counted by `reserve`.
   */
  open(budget: Budget, key: WindowKey, except: string): Statement;
  /** A guard: takes the amount if there is room for it, in one conditional write. */
  reserve(hold: Hold): Statement;
  /** After `open`. */
  raise(budget: string, key: WindowKey, by: number): Statement;
  /** A guard: the first one to see a mark reached. */
  mark(which: "soft" | "hard", budget: string, key: WindowKey, at: number): Statement;
}

type Place = WindowKey & { readonly budget: string };

export function createBudgetWindows(build: CostBuild, hasSharedWriters: boolean): BudgetWindows {
  const unchanged = prepare<{ number: number }>(
    (slot) => {
      const query = build.selectFrom("cost_generation").select("number").where("number", "=", slot("number"));
      return hasSharedWriters ? query.forShare() : query;
    },
    { guard: true },
  );
  const reserve = prepare<Place & { amount: number }>(
    (slot) =>
      raw(
        build,
        sql`update cost_windows set reserved = reserved + ${slot("amount")}
        where budget = ${slot("budget")} and subject = ${slot("subject")} and period = ${slot("period")}
          and used + reserved + ${slot("amount")} <= raised + (select hard from cost_budgets where id = ${slot("budget")})
        returning ${columns}`,
      ),
    { guard: true },
  );
  return {
    unchanged: (number) => unchanged({ number }),
    open: (budget, key, except) => toStatement(openQuery(build, { budget, key, except }), { guard: true }),
    reserve: ({ budget, subject, period, amount }) => reserve({ budget, subject, period, amount }),
    ...laterStatements(build),
  };
}

function laterStatements(build: CostBuild): Pick<BudgetWindows, "raise" | "mark"> {
  const raise = prepare<Place & { by: number }>((slot) =>
    raw(
      build,
      sql`update cost_windows set raised = raised + ${slot("by")}, reached_at = null
      where budget = ${slot("budget")} and subject = ${slot("subject")} and period = ${slot("period")}`,
    ),
  );
  const markOf = (column: "warned_at" | "reached_at") =>
    prepare<Place & { at: number }>(
      (slot) =>
        build
          .updateTable("cost_windows")
          .set({ [column]: slot("at") })
          .where("budget", "=", slot("budget"))
          .where("subject", "=", slot("subject"))
          .where("period", "=", slot("period"))
          .where(column, "is", null),
      { guard: true },
    );
  const marks = { soft: markOf("warned_at"), hard: markOf("reached_at") };
  return {
    raise: (budget, key, by) => raise({ budget, ...key, by }),
    mark: (which, budget, key, at) => marks[which]({ budget, ...key, at }),
  };
}

const columns = sql.raw("used, reserved, raised, warned_at, reached_at");

type WindowColumns = { readonly [name in "used" | "reserved" | "raised" | "warned_at" | "reached_at"]?: SqlValue };

/** A row that `open` or `reserve` has returned. */
export function toWindowCount(row: WindowColumns | undefined): WindowCount {
  return {
    used: Number(row?.used ?? 0),
    reserved: Number(row?.reserved ?? 0),
    raised: Number(row?.raised ?? 0),
    warnedAt: (row?.warned_at ?? null) as number | null,
    reachedAt: (row?.reached_at ?? null) as number | null,
  };
}

interface NewWindow {
  readonly budget: Budget;
  readonly key: WindowKey;
  readonly except: string;
}

/** Calls that are in flight now, and hold nothing of a budget that is new, count at their bound for good. */
function openQuery(build: CostBuild, { budget, key, except }: NewWindow) {
  return raw(
    build,
    sql`insert into cost_windows (budget, subject, period, used, reserved, raised)
    select ${text(budget.id)}, ${text(key.subject)}, ${text(key.period)},
      (select coalesce(sum(${spent(budget)}), 0) from cost_calls where id <> ${except} and ${concerns(budget, key)}${isKept(budget)})
      + ${spentBefore(budget, key)}, 0, 0
    where 1 = 1 on conflict (budget, subject, period) do update set used = cost_windows.used returning ${columns}`,
  );
}

const text = (value: string): RawBuilder<string> => sql`cast(${value} as text)`;

const spentByMetric: Readonly<Record<Metric, RawBuilder<number>>> = {
  tokens: sql`coalesce(charged_tokens, bound_tokens)`,
  calls: sql`coalesce(charged_calls, 1)`,
  seconds: sql`coalesce(charged_ms, bound_ms)`,
  money: sql`coalesce(charged_money, bound_money)`,
};

function spent({ metric, currency }: Budget): RawBuilder<number> {
  if (metric !== "money") return spentByMetric[metric];
  return sql`case when currency = ${currency} then ${spentByMetric.money} else 0 end`;
}

const pruned = sql.raw("(select day from cost_pruned where id = 1)");

/** Rollups know no runs, and no hours; those are counted by what is kept of their calls. */
const hasRollups = ({ scope, period }: Budget): boolean => scope !== "run" && period !== "run" && period !== "hour";

/** A call is counted by its row, or by the rollup of its day where rows of that day may be gone. */
function isKept(budget: Budget): RawBuilder<boolean> {
  return hasRollups(budget) ? sql` and (day > ${pruned} or state = 'reserved')` : sql``;
}

const rolledUp: Readonly<Record<Metric, RawBuilder<number>>> = {
  tokens: sql`charged_tokens`,
  calls: sql`calls`,
  seconds: sql`charged_ms`,
  money: sql`charged_money`,
};

function spentBefore(budget: Budget, key: WindowKey): RawBuilder<number> {
  if (!hasRollups(budget)) return sql`0`;
  const inCurrency = budget.metric === "money" ? sql` and currency = ${budget.currency}` : sql``;
  return sql`(select coalesce(sum(${rolledUp[budget.metric]}), 0) from cost_days
        where day <= ${pruned} and ${concerns(budget, key)}${inCurrency})`;
}

function concerns({ scope, subject: only, period }: Budget, key: WindowKey): RawBuilder<boolean> {
  const bySubject = scope === "tenant" ? sql`1 = 1` : sql`${sql.ref(scope)} = ${key.subject}`;
  const byFlow = scope === "run" && only !== null ? sql`flow = ${only}` : sql`1 = 1`;
  return sql`${bySubject} and ${byFlow} and ${byPeriod(period, key.period)}`;
}

function byPeriod(kind: PeriodKind, key: string): RawBuilder<boolean> {
  switch (kind) {
    case "run":
      return sql`run = ${key}`;
    case "hour":
      return sql`hour = ${key}`;
    case "day":
      return sql`day = ${key}`;
    case "month":
      return sql`substr(day, 1, 7) = ${key}`;
    default:
      return sql`1 = 1`;
  }
}
