import { sql } from "kysely";
import type { SqlValue, Statement } from "../core/statement.ts";
import { prepare } from "../storage/prepared.ts";
import type { Metric } from "./budget.ts";
import type { CallTable, CostBuild } from "./cost-table.ts";
import { raw } from "./raw.ts";

/** What a call holds of one budget until it is settled. */
export interface Hold {
  readonly budget: string;
  readonly subject: string;
  readonly period: string;
  readonly metric: Metric;
  readonly amount: number;
}

/** How a call ended. What is not known is null. */
export interface Settlement {
  readonly id: string;
  readonly model: string;
  readonly endedAt: number;
  readonly input: number | null;
  readonly output: number | null;
  readonly cached: number | null;
  readonly reasoning: number | null;
  readonly queueMs: number | null;
  readonly loadMs: number | null;
  readonly promptMs: number | null;
  readonly generateMs: number | null;
  readonly totalMs: number | null;
  readonly money: number | null;
  readonly isEstimated: boolean;
  readonly charged: Charge;
  readonly holds: readonly Hold[];
}

/** Null where not even a bound is known; no budget has covered such a call. */
export type Charge = Readonly<Record<Metric, number | null>>;

export interface Ledger {
  /** A guard: no row where the call is there already. */
  open(call: Omit<CallTable, keyof typeof unsettled>): Statement;
  /** Does nothing for a call that is settled already, in any order and however often. */
  settle(settlement: Settlement): Statement[];
}

const unsettled = {
  state: "reserved",
  ended_at: null,
  input: null,
  output: null,
  cached: null,
  reasoning: null,
  queue_ms: null,
  load_ms: null,
  prompt_ms: null,
  generate_ms: null,
  total_ms: null,
  money: null,
  is_estimated: 0,
  charged_calls: null,
  charged_tokens: null,
  charged_ms: null,
  charged_money: null,
};

export function createLedger(build: CostBuild): Ledger {
  const insert = openStatement(build);
  const take = takeStatement(build);
  const addUp = rollupStatement(build);
  const release = releaseStatement(build);
  const close = prepare<{ id: string }>((slot) =>
    build
      .updateTable("cost_calls")
      .set({ state: sql<string>`case when is_estimated = 1 then 'estimated' else 'settled' end` })
      .where("id", "=", slot("id"))
      .where("state", "=", "settling"),
  );
  return {
    open: insert,
    settle(settlement) {
      const { id, holds, charged } = settlement;
      return [
        take(columnsOf(settlement)),
        addUp({ id }),
        ...holds.map(({ budget, subject, period, metric, amount }) =>
          release({ id, budget, subject, period, held: amount, used: charged[metric] ?? amount }),
        ),
        close({ id }),
      ];
    },
  };
}

function openStatement(build: CostBuild) {
  return prepare<Omit<CallTable, keyof typeof unsettled>>(
    (slot) =>
      build
        .insertInto("cost_calls")
        .values({
          ...unsettled,
          id: slot("id"),
          kind: slot("kind"),
          holder: slot("holder"),
          run: slot("run"),
          step: slot("step"),
          attempt: slot("attempt"),
          flow: slot("flow"),
          agent: slot("agent"),
          model: slot("model"),
          hour: slot("hour"),
          day: slot("day"),
          began_at: slot("began_at"),
          bound_input: slot("bound_input"),
          bound_tokens: slot("bound_tokens"),
          bound_ms: slot("bound_ms"),
          bound_money: slot("bound_money"),
          currency: slot("currency"),
          priced_on: slot("priced_on"),
          holds: slot("holds"),
        })
        .onConflict((conflict) => conflict.column("id").doNothing()),
    { guard: true },
  );
}

type Settled = Readonly<Record<(typeof settledColumns)[number], SqlValue>> & { readonly id: string };

const settledColumns = [
  "model",
  "ended_at",
  "input",
  "output",
  "cached",
  "reasoning",
  "queue_ms",
  "load_ms",
  "prompt_ms",
  "generate_ms",
  "total_ms",
  "money",
  "is_estimated",
  "charged_calls",
  "charged_tokens",
  "charged_ms",
  "charged_money",
] as const satisfies readonly (keyof CallTable)[];

/**
 * Takes the row's lock first: of two that settle one call, on two machines, the second finds it settled and its other
 * statements find nothing to do. They have no guard, since a settlement that comes too late may not undo a step.
 */
function takeStatement(build: CostBuild) {
  return prepare<Settled>((slot) =>
    build
      .updateTable("cost_calls")
      .set({
        state: "settling",
        ...(Object.fromEntries(settledColumns.map((column) => [column, slot(column)])) as Record<string, never>),
      })
      .where("id", "=", slot("id"))
      .where("state", "=", "reserved"),
  );
}

function columnsOf(settlement: Settlement): Settled {
  const { charged } = settlement;
  const { id, model, endedAt, input, output, cached, reasoning, money, isEstimated } = settlement;
  return {
    id,
    model,
    ended_at: endedAt,
    input,
    output,
    cached,
    reasoning,
    queue_ms: settlement.queueMs,
    load_ms: settlement.loadMs,
    prompt_ms: settlement.promptMs,
    generate_ms: settlement.generateMs,
    total_ms: settlement.totalMs,
    money,
    is_estimated: isEstimated ? 1 : 0,
    charged_calls: charged.calls,
    charged_tokens: charged.tokens,
    charged_ms: charged.seconds,
    charged_money: charged.money,
  };
}

/** Counts that are always known. */
export const counted = ["calls", "estimated", "estimated_tokens", "unknown", "unpriced"];
/** Sums of what is known; null as long as nothing is. */
export const known = [
  "input",
  "output",
  "cached",
  "reasoning",
  "queue_ms",
  "load_ms",
  "prompt_ms",
  "generate_ms",
  "total_ms",
  "money",
] as const;

/** The same, for budgets that are made later. */
const charged = ["charged_tokens", "charged_ms", "charged_money"] as const;

function rollupStatement(build: CostBuild) {
  const sums = [...known, ...charged];
  const names = sql.raw(["day, kind, model, agent, flow, currency", ...counted, ...sums].join(", "));
  const add = [
    ...counted.map((name) => `${name} = cost_days.${name} + excluded.${name}`),
    ...sums.map(
      (name) => `${name} = coalesce(cost_days.${name} + excluded.${name}, cost_days.${name}, excluded.${name})`,
    ),
  ];
  return prepare<{ id: string }>((slot) =>
    raw(
      build,
      sql`insert into cost_days (${names})
      select day, kind, model, coalesce(agent, ''), coalesce(flow, ''), coalesce(currency, ''), charged_calls, is_estimated,
        case when is_estimated = 1 then coalesce(charged_tokens, 0) else 0 end,
        case when charged_tokens is null then 1 else 0 end, case when money is null then 1 else 0 end, ${sql.raw(sums.join(", "))}
      from cost_calls where id = ${slot("id")} and state = 'settling'
      on conflict (day, kind, model, agent, flow, currency) do update set ${sql.raw(add.join(", "))}`,
    ),
  );
}

function releaseStatement(build: CostBuild) {
  return prepare<{ id: string; budget: string; subject: string; period: string; held: number; used: number }>((slot) =>
    raw(
      build,
      sql`update cost_windows set used = used + ${slot("used")}, reserved = reserved - ${slot("held")}
      where budget = ${slot("budget")} and subject = ${slot("subject")} and period = ${slot("period")}
        and exists (select 1 from cost_calls where id = ${slot("id")} and state = 'settling')`,
    ),
  );
}
