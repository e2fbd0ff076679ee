import type { Generated, Kysely, Selectable } from "kysely";
import type { Migration } from "../../core/capability.ts";

/** Times are epoch milliseconds; `input` and `reason` hold JSON or a blob's name (storage/payload.ts). */
export interface ScheduleTable {
  name: string;
  flow: string;
  /** As in `runs`: the flow's file seen from `folder`, and the folder that the schedule was made in. */
  file: string | null;
  folder: string;
  cron: string | null;
  every: string | null;
  time_zone: string;
  input: string | null;
  missed: string;
  overlap: string;
  /** Another one after every change by people, so that a turn that was read before the change is not taken. */
  revision: number;
  /** Where the distances of `every` begin. */
  anchor_at: number;
  created_at: number;
  paused_at: number | null;
  /** Null while it is paused, and where it is never due again. */
  next_at: number | null;
  /** Up to here everything due is dealt with. */
  reckoned_at: number;
  /** The due time of the last run. */
  last_at: number | null;
  last_run: string | null;
}

/** What became of due times: a run, or why there is none. A row may stand for several that were missed together. */
export interface ScheduleFireTable {
  id: Generated<number>;
  schedule: string;
  first_due_at: number;
  due_at: number;
  due_count: number;
  /** When it was dealt with. */
  at: number;
  outcome: string;
  run_id: string | null;
  reason: string | null;
}

export type ScheduleRow = Selectable<ScheduleTable>;
export type ScheduleFireRow = Selectable<ScheduleFireTable>;

interface ScheduleTables {
  /** The engine's own. */
  runs: { id: string; status: string };
  schedules: ScheduleTable;
  schedule_fires: ScheduleFireTable;
}

export type ScheduleBuild = Kysely<ScheduleTables>;

const schedules = (integer: string): string => `create table schedules (
  name text primary key, flow text not null, file text, folder text not null, cron text, every text, time_zone text not null, input text,
  missed text not null, overlap text not null, revision ${integer} not null, anchor_at ${integer} not null, created_at ${integer} not null,
  paused_at ${integer}, next_at ${integer}, reckoned_at ${integer} not null, last_at ${integer}, last_run text)`;

const fires = (id: string, integer: string): string => `create table schedule_fires (
  id ${id}, schedule text not null, first_due_at ${integer} not null, due_at ${integer} not null, due_count ${integer} not null,
  at ${integer} not null, outcome text not null, run_id text, reason text)`;

const indexes = [
  "create index schedules_next on schedules (next_at) where next_at is not null",
  "create index schedule_fires_schedule on schedule_fires (schedule, id)",
];

export const scheduleMigration: Migration = {
  name: "003-schedules",
  sqlite: [`${schedules("integer")} without rowid`, fires("integer primary key", "integer"), ...indexes],
  postgres: [schedules("bigint"), fires("bigserial primary key", "bigint"), ...indexes],
};
