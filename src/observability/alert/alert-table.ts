import type { Generated, Kysely } from "kysely";
import type { Migration } from "../../core/capability.ts";

/** Times are epoch milliseconds, labels and other structures JSON. */
export interface AlertTables {
  alert_rules: {
    name: string;
    /** Null for one of Tutti's own that is only switched off. */
    definition: string | null;
    is_enabled: number;
    changed_at: number;
  };
  /** One row. */
  alert_watch: {
    id: number;
    /** Another number, other rules: what was looked at by the old ones is not written. */
    generation: number;
    looked_at: number | null;
  };
  /** What is pending or firing: one row for each set of labels; `instance` is the labels as text. */
  alert_states: {
    rule: string;
    instance: string;
    labels: string;
    state: string;
    since: number;
    active_since: number;
    clear_since: number | null;
    value: number;
    told_at: number | null;
    acked_at: number | null;
    acked_by: string | null;
    ack_note: string | null;
  };
  /** Rules that give no answer: `no_data` or `error`. */
  alert_health: { rule: string; state: string; since: number; problem: string };
  alert_changes: {
    id: Generated<number>;
    at: number;
    rule: string;
    /** Null where it is of the rule as a whole. */
    labels: string | null;
    before: string;
    state: string;
    value: number | null;
    note: string | null;
  };
  alert_silences: {
    id: string;
    rule: string | null;
    matchers: string;
    until: number;
    created_at: number;
    created_by: string;
    reason: string;
  };
  /** What is to be told, until it is; `due_at` null where it was given up. */
  alert_notices: {
    id: string;
    rule: string;
    notice: string;
    /** Those that have not been told by. */
    channels: string;
    created_at: number;
    due_at: number | null;
    attempts: number;
    problem: string | null;
  };
}

export type AlertBuild = Kysely<AlertTables>;

function tables({
  serial,
  integer,
  real,
}: {
  readonly serial: string;
  readonly integer: string;
  readonly real: string;
}) {
  return [
    `create table alert_rules (name text primary key, definition text, is_enabled integer not null, changed_at ${integer} not null)`,
    `create table alert_watch (id integer primary key, generation ${integer} not null, looked_at ${integer})`,
    "insert into alert_watch (id, generation, looked_at) values (1, 0, null)",
    `create table alert_states (rule text not null, instance text not null, labels text not null, state text not null,
  since ${integer} not null, active_since ${integer} not null, clear_since ${integer}, value ${real} not null,
  told_at ${integer}, acked_at ${integer}, acked_by text, ack_note text, primary key (rule, instance))`,
    `create table alert_health (rule text primary key, state text not null, since ${integer} not null, problem text not null)`,
    `create table alert_changes (id ${serial}, at ${integer} not null, rule text not null, labels text,
  before text not null, state text not null, value ${real}, note text)`,
    "create index alert_changes_rule on alert_changes (rule, at)",
    `create table alert_silences (id text primary key, rule text, matchers text not null, until ${integer} not null,
  created_at ${integer} not null, created_by text not null, reason text not null)`,
    `create table alert_notices (id text primary key, rule text not null, notice text not null, channels text not null,
  created_at ${integer} not null, due_at ${integer}, attempts integer not null, problem text)`,
  ];
}

export const alertMigrations: readonly Migration[] = [
  {
    name: "001-alerts",
    sqlite: tables({ serial: "integer primary key", integer: "integer", real: "real" }),
    postgres: tables({ serial: "bigserial primary key", integer: "bigint", real: "double precision" }),
  },
];
