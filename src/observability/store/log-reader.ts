import { logLevels, toLog, type LogRow } from "./log-row.ts";
import type { Tables } from "./tables.ts";
import type { LogFilter, StoredLog } from "./telemetry-store.ts";

/** The newest, newest first; behind `after`, the oldest of those, oldest first. */
export function listLogs(tables: Tables, { level, since, until, after, before, limit }: LogFilter): StoredLog[] {
  const order = after === undefined ? "desc" : "asc";
  const rows = tables.sqlite.all<LogRow>(
    `select * from logs where seq > ? and seq < ? and level >= ? and at_us >= ? and at_us < ? order by seq ${order} limit ?`,
    after ?? 0,
    before ?? Number.MAX_SAFE_INTEGER,
    level === undefined ? 0 : logLevels.indexOf(level),
    (since ?? 0) * 1_000,
    until === undefined ? Number.MAX_SAFE_INTEGER : until * 1_000,
    limit,
  );
  return rows.map((row) => toLog(row, tables));
}

export function followLogs(tables: Tables, after: number, limit: number): { records: StoredLog[]; cursor: number } {
  const records = listLogs(tables, { after, limit });
  return { records, cursor: records.at(-1)?.seq ?? after };
}

export type LogCountFilter = Pick<LogFilter, "query" | "level" | "since" | "until">;

export function countLogs({ sqlite }: Tables, _filter: LogCountFilter): number {
  return sqlite.first<{ count: number }>("select count(*) as count from logs")?.count ?? 0;
}
