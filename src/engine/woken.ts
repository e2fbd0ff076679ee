import { sql, type Kysely } from "kysely";
import type { EngineTables } from "./run-table.ts";

export type Runs = Kysely<EngineTables>;

/** A run that something has happened to: one more wake, and queued if it was parked. Returns it as `woken`. */
export const woken = {
  wake: sql<number>`wake + 1`,
  status: sql<string>`case when status = 'waiting' then 'queued' else status end`,
};
export const wokenColumns = ["id as woken", "status as woken_status"] as const;
