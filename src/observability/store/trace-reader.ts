import type { EpochMs } from "../../core/clock.ts";
import type { SqlValue } from "../../core/statement.ts";
import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import { descend, descentByRows, descentByTerms, type Descent } from "./descent.ts";
import { traceSearch, type Bound, type Figure } from "./search.ts";
import type { Tables } from "./tables.ts";
import type { TraceFilter, TraceSummary } from "./telemetry-store.ts";
import { findTrace, toSummary, type TraceRow } from "./trace-row.ts";

type Wanted = Pick<TraceFilter, "query" | "since" | "until">;

// Times the parts of a trace it is still exact.
const newest = 2 ** 42;

/** Newest first, by when a trace's first span came: a number that never changes, so pages neither skip nor double. */
export function listTraces(
  { sqlite }: Tables,
  { before, limit, ...wanted }: TraceFilter,
  now: EpochMs,
): TraceSummary[] {
  const most = before === undefined ? newest : (findTrace(sqlite, before.toLowerCase())?.id ?? 0) - 1;
  return matching(sqlite, conditionsOf(wanted, now), most)
    .take(limit)
    .flatMap((id) => sqlite.all<TraceRow>("select * from traces where id = ?", id))
    .map(toSummary)
    .toArray();
}

export function countTraces({ sqlite }: Tables, wanted: Wanted, now: EpochMs): number {
  const conditions = conditionsOf(wanted, now);
  if (conditions.all.length + conditions.none.length > 0) {
    return matching(sqlite, conditions, newest).reduce((count) => count + 1, 0);
  }
  const sql = `select count(*) as count from traces where ${conditions.where}`;
  return sqlite.first<{ count: number }>(sql, ...conditions.parameters)?.count ?? 0;
}

interface Conditions {
  readonly all: readonly string[];
  readonly none: readonly string[];
  readonly where: string;
  readonly parameters: readonly SqlValue[];
}

function conditionsOf({ query = "", since, until }: Wanted, now: EpochMs): Conditions {
  const search = traceSearch(query, now);
  const from = Math.max((since ?? 0) * 1_000, search.since ?? 0);
  const to = Math.min(until === undefined ? Infinity : until * 1_000, search.until ?? Infinity);
  const tests: { readonly sql: string; readonly value: SqlValue }[] = search.bounds.map(toTest);
  if (search.ids !== null) {
    tests.push({ sql: "trace_id in (select unhex(value) from json_each(?))", value: JSON.stringify(search.ids) });
  }
  if (from > 0) {
    // What ended before cannot have begun later: the index by the end says where nobody has to look any more.
    // Asked for min(id) as it is, SQLite walks the rows from the oldest on instead of using that index.
    const first = "id >= (select ifnull(min(+id), 0) from traces where ended_us >= ?)";
    tests.push({ sql: first, value: from }, { sql: "started_us >= ?", value: from });
  }
  if (to < Infinity) tests.push({ sql: "started_us < ?", value: to });
  return {
    all: search.all,
    none: search.none,
    where: tests.length === 0 ? "true" : tests.map(({ sql }) => sql).join(" and "),
    parameters: tests.map(({ value }) => value),
  };
}

const columns: Readonly<Record<Figure, string>> = {
  duration: "(ended_us - started_us) / 1000.0",
  spans: "spans",
  errors: "errors",
  tokens: "ifnull(input_tokens, 0) + ifnull(output_tokens, 0)",
};

function toTest({ figure, sign, value, isNot }: Bound): { sql: string; value: number } {
  const test = `${columns[figure]} ${sign} ?`;
  return { sql: isNot ? `not (${test})` : test, value };
}

function matching(sqlite: SyncSqlite, { all, none, where, parameters }: Conditions, most: number): Generator<number> {
  const toDescent = (expression: string): Descent => descentByTerms(sqlite, expression);
  const wanted = all.map(toDescent);
  // Rows are asked last: most conditions of the index are narrower.
  if (wanted.length === 0 || parameters.length > 0) wanted.push(descentByRows(sqlite, where, parameters));
  return descend(wanted, none.map(toDescent), most);
}
