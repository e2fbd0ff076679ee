import type { EpochMs } from "../../core/clock.ts";
import type { SqlValue } from "../../core/statement.ts";
import { toLog, type LogRow } from "./log-row.ts";
import { levelsFrom, logSearch } from "./search.ts";
import type { Tables } from "./tables.ts";
import type { LogFilter, StoredLog } from "./telemetry-store.ts";
import { everyLog } from "./terms.ts";

export type LogCountFilter = Pick<LogFilter, "query" | "level" | "since" | "until">;

/** The newest, newest first; behind `after`, the oldest of those, oldest first. */
export function listLogs(tables: Tables, { after, before, limit, ...wanted }: LogFilter, now: EpochMs): StoredLog[] {
  const order = after === undefined ? "desc" : "asc";
  const { from, seq, parameters } = conditionsOf(wanted, now);
  // FTS5 takes a border into account only where it is an integer, and node:sqlite binds numbers as floats.
  const rows = tables.sqlite.all<LogRow>(
    `select logs.* ${from} and ${seq} > cast(? as integer) and ${seq} < cast(? as integer) order by ${seq} ${order} limit ?`,
    ...parameters,
    after ?? 0,
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
  return rows.map((row) => toLog(row, tables));
}

export function countLogs({ sqlite }: Tables, wanted: LogCountFilter, now: EpochMs): number {
  const { from, parameters } = conditionsOf(wanted, now);
  return sqlite.first<{ count: number }>(`select count(*) as count ${from}`, ...parameters)?.count ?? 0;
}

export function followLogs(
  tables: Tables,
  { after, limit }: { readonly after: number; readonly limit: number },
  now: EpochMs,
): { records: StoredLog[]; cursor: number } {
  const records = listLogs(tables, { after, limit }, now);
  return { records, cursor: records.at(-1)?.seq ?? after };
}

interface Conditions {
  /** From `from` up to the last `and`. */
  readonly from: string;
  /** The number of a record, in the table that is read first. */
  readonly seq: string;
  readonly parameters: readonly SqlValue[];
}

/** By the rows alone where no word and no level is asked for, else by the search index. */
function conditionsOf({ query = "", level, since, until }: LogCountFilter, now: EpochMs): Conditions {
  const search = logSearch(query, now);
  const first = Math.max((since ?? 0) * 1_000, search.since ?? 0);
  const last = Math.min(until === undefined ? Infinity : until * 1_000, search.until ?? Infinity);
  const times: [string, SqlValue][] = [];
  if (first > 0) times.push(["at_us >= ?", first]);
  if (last < Infinity) times.push(["at_us < ?", last]);
  const all = level === undefined || level === "debug" ? search.all : [...search.all, levelsFrom(level)];
  const isByRows = all.length + search.none.length === 0;
  const source = isByRows ? "from logs" : "from log_terms cross join logs on logs.seq = log_terms.rowid";
  const tests = [...(isByRows ? [] : ["log_terms match ?"]), ...times.map(([sql]) => sql)];
  const expression = `${(all.length === 0 ? [`"${everyLog}"`] : all).map((one) => `(${one})`).join(" AND ")}${search.none.map((one) => ` NOT (${one})`).join("")}`;
  return {
    from: `${source} where ${tests.length === 0 ? "true" : tests.join(" and ")}`,
    seq: isByRows ? "logs.seq" : "log_terms.rowid",
    parameters: [...(isByRows ? [] : [expression]), ...times.map(([, value]) => value)],
  };
}
