import { sql, type Expression, type ExpressionBuilder, type SqlBool } from "kysely";
import { runTimeStart } from "../../core/id.ts";
import type { EngineTables } from "../run-table.ts";
import type { QueryTerm, WaitingFor } from "./query.ts";

type Where = ExpressionBuilder<EngineTables, "runs">;

/** The terms as conditions on the table of runs. Ids begin with their time, so times are ranges of ids. */
export function conditionsOf(where: Where, terms: readonly QueryTerm[]): Expression<SqlBool>[] {
  return terms.map(({ key, values, isNot }) => {
    const any = where.or(values.map((value) => condition(where, key, value)));
    return isNot ? where.not(any) : any;
  });
}

function condition(where: Where, key: QueryTerm["key"], value: string): Expression<SqlBool> {
  switch (key) {
    case "status":
      return where("status", "=", value);
    case "flow":
      return where("flow", "=", value);
    case "trigger":
      return where.or([where(known("trigger"), "=", value), starts("trigger", `${value}:`)]);
    case "id":
      return starts("id", value);
    case "model":
      return contains("models", value);
    case "error":
      return failedWith(where, value);
    case "since":
      return where("id", ">=", runTimeStart(Number(value)));
    case "until":
      return where("id", "<", runTimeStart(Number(value)));
    case "waiting":
      return waitsFor(where, value as WaitingFor);
    case "text":
      return where.or([
        contains("flow", value),
        contains("brief", value),
        starts("id", value),
        where.and([where("status", "in", failedStatuses), contains("error_text", value)]),
      ]);
  }
}

// A run that was resumed keeps the words of what had paused it.
const failedStatuses = ["failed", "cancelled", "paused"];

function failedWith(where: Where, value: string): Expression<SqlBool> {
  return where.and([
    where("error_code", "is not", null),
    where("status", "in", failedStatuses),
    where.or([where("error_code", "=", value), contains("error_text", value), contains("error_step", value)]),
  ]);
}

/** Kinds of waits by what they are called for people. */
export const waitKinds: Readonly<Record<Exclude<WaitingFor, "budget">, string>> = {
  review: "review",
  event: "waitFor",
  sleep: "sleep",
  child: "flow",
};

function waitsFor(where: Where, value: WaitingFor): Expression<SqlBool> {
  if (value === "budget") return where.and([where("status", "=", "paused"), starts("error_code", "budget.")]);
  return where.and([
    where("status", "=", "waiting"),
    where.exists(
      where
        .selectFrom("openings")
        .select("id")
        .whereRef("openings.run_id", "=", "runs.id")
        .where("openings.kind", "=", waitKinds[value])
        .where("openings.settled_at", "is", null),
    ),
  ]);
}

/** A column that may be null, so that what is asked the other way round finds those, too. */
function known(column: string): Expression<string> {
  return sql<string>`coalesce(${sql.ref(`runs.${column}`)}, '')`;
}

/** By substr and not by order or pattern: collations differ, and `_` is a pattern. */
function starts(column: string, start: string): Expression<SqlBool> {
  return sql<SqlBool>`substr(${known(column)}, 1, ${start.length}) = ${start}`;
}

/** Whatever the case of its letters. */
function contains(column: string, text: string): Expression<SqlBool> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  return sql<SqlBool>`lower(${known(column)}) like ${pattern} escape '\\'`;
}
