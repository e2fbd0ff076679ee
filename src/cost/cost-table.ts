import type { Kysely } from "kysely";
import type { Migration } from "../core/capability.ts";

/** What a call was for: a step, a probe of the model, or vectors of texts. */
export type CallKind = "chat" | "embedding" | "probe";

/** One row for each call of a model. Times are epoch milliseconds, money is in millionths of the currency's unit. */
export interface CallTable {
  id: string;
  kind: CallKind;
  /** The process that made it: as long as that lives, so may the call. */
  holder: string;
  /** `reserved`; `settling` only within the transaction that settles it; then `settled` or `estimated`. */
  state: string;
  run: string | null;
  step: string | null;
  attempt: number | null;
  flow: string | null;
  agent: string | null;
  /** `provider/name`: as asked, then as answered. */
  model: string;
  /** In the configured zone, as period.ts writes it. */
  hour: string;
  day: string;
  began_at: number;
  ended_at: number | null;
  bound_input: number;
  bound_tokens: number | null;
  bound_ms: number;
  bound_money: number | null;
  /** Null while or where it is not known. */
  input: number | null;
  output: number | null;
  cached: number | null;
  reasoning: number | null;
  queue_ms: number | null;
  load_ms: number | null;
  prompt_ms: number | null;
  generate_ms: number | null;
  total_ms: number | null;
  money: number | null;
  currency: string | null;
  /** Of the price list that the money comes from. */
  priced_on: string | null;
  /** 1 where the amounts below are the bound or a guess. */
  is_estimated: number;
  /** What budgets were charged with; null while reserved, and where not even a bound was known. */
  charged_calls: number | null;
  charged_tokens: number | null;
  charged_ms: number | null;
  charged_money: number | null;
  /** JSON: what it holds of which budgets until it is settled. */
  holds: string;
}

/** Sums of settled calls; `''` where a call has no such thing. A sum of which nothing is known is null. */
export interface RollupTable {
  day: string;
  kind: string;
  model: string;
  agent: string;
  flow: string;
  currency: string;
  calls: number;
  estimated: number;
  estimated_tokens: number;
  /** Calls of which not even a bound is known. */
  unknown: number;
  unpriced: number;
  input: number | null;
  output: number | null;
  cached: number | null;
  reasoning: number | null;
  queue_ms: number | null;
  load_ms: number | null;
  prompt_ms: number | null;
  generate_ms: number | null;
  total_ms: number | null;
  money: number | null;
  charged_tokens: number | null;
  charged_ms: number | null;
  charged_money: number | null;
}

export interface BudgetTable {
  /** A new one whenever what is counted changes, so that old counts are not taken for new ones. */
  id: string;
  name: string;
  /** `command` or `config`. */
  source: string;
  scope: string;
  subject: string | null;
  period: string;
  metric: string;
  hard: number;
  currency: string | null;
  soft_percent: number;
  action: string;
  degrade_to: string | null;
  raise_by: number;
  resume: string;
  created_at: number;
}

/** What a budget has counted for one subject in one period. */
export interface WindowTable {
  budget: string;
  subject: string;
  period: string;
  used: number;
  reserved: number;
  /** Added to the limit by people who were asked. */
  raised: number;
  warned_at: number | null;
  reached_at: number | null;
}

/** A run that a budget has paused, and what would let it go on. */
export interface PauseTable {
  run: string;
  /** Of this pause: a run may be paused again. */
  id: string;
  budget: string;
  subject: string;
  period: string;
  model: string;
  /** What the refused call may take; null where its model had no price. */
  needed: number | null;
  at: number;
}

export interface CostTables {
  cost_calls: CallTable;
  cost_days: RollupTable;
  cost_budgets: BudgetTable;
  cost_windows: WindowTable;
  cost_pauses: PauseTable;
  /** Decided questions whose raise has been made. */
  cost_raises: { question: string; budget: string };
  /** One row: calls of this day and before are counted by their rollups alone, and are deleted. */
  cost_pruned: { id: number; day: string };
  /** One row: counts the changes of budgets. */
  cost_generation: { id: number; number: number };
}

export type CostBuild = Kysely<CostTables>;

const calls = (integer: string): string => `create table cost_calls (
  id text primary key, holder text not null, state text not null, run text, step text, attempt ${integer}, flow text, agent text,
  model text not null, hour text not null, day text not null, began_at ${integer} not null, ended_at ${integer},
  bound_input ${integer} not null, bound_tokens ${integer}, bound_ms ${integer} not null, bound_money ${integer},
  input ${integer}, output ${integer}, cached ${integer}, reasoning ${integer}, queue_ms ${integer}, load_ms ${integer},
  prompt_ms ${integer}, generate_ms ${integer}, total_ms ${integer}, money ${integer}, currency text, priced_on text,
  is_estimated ${integer} not null, charged_calls ${integer}, charged_tokens ${integer}, charged_ms ${integer},
  charged_money ${integer}, holds text not null)`;

const days = (integer: string): string => `create table cost_days (
  day text not null, model text not null, agent text not null, flow text not null, currency text not null,
  calls ${integer} not null, estimated ${integer} not null, estimated_tokens ${integer} not null, unknown ${integer} not null,
  unpriced ${integer} not null, input ${integer}, output ${integer}, cached ${integer}, reasoning ${integer}, queue_ms ${integer},
  load_ms ${integer}, prompt_ms ${integer}, generate_ms ${integer}, total_ms ${integer}, money ${integer},
  primary key (day, model, agent, flow, currency))`;

const budgets = (integer: string): string => `create table cost_budgets (
  id text primary key, name text not null unique, source text not null, scope text not null, subject text, period text not null,
  metric text not null, hard ${integer} not null, currency text, soft_percent ${integer} not null, action text not null,
  degrade_to text, raise_by ${integer} not null, created_at ${integer} not null)`;

const windows = (integer: string): string => `create table cost_windows (
  budget text not null, subject text not null, period text not null, used ${integer} not null, reserved ${integer} not null,
  raised ${integer} not null, warned_at ${integer}, reached_at ${integer}, primary key (budget, subject, period))`;

const generation = (integer: string): string[] => [
  `create table cost_generation (id ${integer} primary key, number ${integer} not null)`,
  "insert into cost_generation (id, number) values (1, 0)",
];

const indexes = [
  "create index cost_calls_open on cost_calls (run, step) where state = 'reserved'",
  "create index cost_calls_run on cost_calls (run, began_at)",
  "create index cost_calls_day on cost_calls (day)",
];

const tables = (integer: string): string[] => [
  calls(integer),
  days(integer),
  budgets(integer),
  windows(integer),
  ...generation(integer),
  ...indexes,
];

/** Made anew from the calls, which were all kept until now. */
const daysByKind = (integer: string): string[] => {
  const nullable = [
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
  ];
  const sums = [...nullable, "charged_tokens", "charged_ms", "charged_money"];
  return [
    `alter table cost_calls add column kind text not null default 'chat'`,
    "drop table cost_days",
    `create table cost_days (
  day text not null, kind text not null, model text not null, agent text not null, flow text not null, currency text not null,
  calls ${integer} not null, estimated ${integer} not null, estimated_tokens ${integer} not null, unknown ${integer} not null,
  unpriced ${integer} not null, ${sums.map((name) => `${name} ${integer}`).join(", ")},
  primary key (day, kind, model, agent, flow, currency))`,
    `insert into cost_days (day, kind, model, agent, flow, currency, calls, estimated, estimated_tokens, unknown, unpriced, ${sums.join(", ")})
  select day, kind, model, coalesce(agent, ''), coalesce(flow, ''), coalesce(currency, ''), sum(charged_calls), sum(is_estimated),
    sum(case when is_estimated = 1 then coalesce(charged_tokens, 0) else 0 end),
    sum(case when charged_tokens is null then 1 else 0 end), sum(case when money is null then 1 else 0 end),
    ${sums.map((name) => `sum(${name})`).join(", ")}
  from cost_calls where state <> 'reserved' group by 1, 2, 3, 4, 5, 6`,
  ];
};

const lasting = (integer: string): string[] => [
  ...daysByKind(integer),
  "alter table cost_budgets add column resume text not null default 'auto'",
  `create table cost_pauses (run text primary key, id text not null, budget text not null, subject text not null,
  period text not null, model text not null, needed ${integer}, at ${integer} not null)`,
  "create table cost_raises (question text primary key, budget text not null)",
  `create table cost_pruned (id ${integer} primary key, day text not null)`,
  "insert into cost_pruned (id, day) values (1, '')",
];

export const costMigrations: readonly Migration[] = [
  { name: "001-cost", sqlite: tables("integer"), postgres: tables("bigint") },
  { name: "002-lasting", sqlite: lasting("integer"), postgres: lasting("bigint") },
];
