import { sql, type Kysely } from "kysely";
import type { Statement } from "../core/statement.ts";
import type { EngineTables } from "./run-table.ts";

/** Held until the batch's commit, where several processes write to one database. */
export const advisoryLock = (name: string): Statement => ({
  sql: "select pg_advisory_xact_lock(hashtextextended($1, 0))",
  parameters: [name],
});

export type Runs = Kysely<EngineTables>;

/** The worker that holds a run, as far as it knows. */
export interface Holder {
  readonly id: string;
  readonly epoch: number;
  readonly owner: string;
}

export interface Settlement {
  readonly run: string;
  readonly key: string;
  readonly status: string;
  readonly result: string | null;
  readonly failure: string | null;
  readonly at: number;
}

/** A run that something has happened to: one more wake, and queued if it was parked. Returns it as `woken`. */
export const woken = {
  wake: sql<number>`wake + 1`,
  status: sql<string>`case when status = 'waiting' then 'queued' else status end`,
};
const journalLength = sql<number>`(select coalesce(max(seq), 0) from journal where journal.run_id = runs.id)`;
/** Deaths in a row count only as long as no new row comes between them. */
export const oneMoreDeath = {
  deaths: sql<number>`case when died_at = ${journalLength} then deaths + 1 else 1 end`,
  died_at: journalLength,
};
export const wokenColumns = ["id as woken", "status as woken_status"] as const;
