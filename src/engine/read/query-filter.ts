import { sql, type Expression, type ExpressionBuilder, type SqlBool } from "kysely";
import { runTimeStart } from "../../core/id.ts";
import { runStatuses } from "../../core/step.ts";
import type { EngineTables } from "../run-table.ts";
import type { QueryTerm, WaitingFor } from "./query.ts";

type Where = ExpressionBuilder<EngineTables, "runs">;

/** The terms as conditions on the table of runs. Ids begin with their time, so times are ranges of ids. */
export function conditionsOf(
  where: Where,
  terms: readonly QueryTerm[],
  given: { hasStatus?: boolean } = {},
): Expression<SqlBool>[] {
  const hasStatus = given.hasStatus ?? terms.some(({ key }) => key === "status");
  return terms.map(({ key, values, isNot }) => {
    // Said as what it may be, a range of an index can answer it.
    if (key === "status") return where("status", "in", isNot ? otherStatuses(values) : values);
    const any = where.or(
      values.map((value) => {
        // The index of states has the flow, too; that of flows would open each of the flow's rows for its state.
        if (key === "flow" && hasStatus) return where(known("flow"), "=", value);
        return condition(where, key, value);
      }),
    );
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
      return where.and([
        where("trigger", "is not", null),
        where.or([where("trigger", "=", value), starts("trigger", `${value}:`)]),
      ]);
    case "id":
      return starts("id", value);
    case "model":
      return where.and([where("models", "is not", null), contains("models", value)]);
    case "error":
      return failedWith(where, value);
    case "since":
      return where("id", ">=", runTimeStart(Number(value)));
    case "until":
      return where("id", "<", runTimeStart(Number(value)));
    case "waiting":
      return waitsFor(where, value as WaitingFor);
    default:
      return where.or([
        containsText(sql`runs.flow || ' ' || coalesce(runs.brief, '')`, value),
        ...(value.startsWith("run_") ? [starts("id", value)] : []),
        where("id", "in", failedWords(where, value)),
      ]);
  }
}

// A run that was resumed keeps the words of what had paused it.
const failedStatuses = ["failed", "cancelled", "paused"];

function otherStatuses(values: readonly string[]): readonly string[] {
  return runStatuses.filter((status) => !values.includes(status));
}

/** Apart from the other columns, each part is answered by an index of its own, and no run's row is opened. */
function failedWords(where: Where, value: string) {
  return where
    .selectFrom("runs as failures")
    .select("failures.id")
    .where("failures.error_code", "is not", null)
    .where("failures.status", "in", failedStatuses)
    .where(contains("error_text", value, "failures"));
}

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
function known(column: string, table = "runs"): Expression<string> {
  return sql<string>`coalesce(${sql.ref(`${table}.${column}`)}, '')`;
}

/** By substr and not by order or pattern: collations differ, and `_` is a pattern. */
function starts(column: string, start: string): Expression<SqlBool> {
  return sql<SqlBool>`substr(${known(column)}, 1, ${start.length}) = ${start}`;
}

/** Whatever the case of its letters. */
function contains(column: string, text: string, table = "runs"): Expression<SqlBool> {
  return containsText(known(column, table), text);
}

function containsText(where: Expression<unknown>, text: string): Expression<SqlBool> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  return sql<SqlBool>`lower(${where}) like ${pattern} escape '\\'`;
}
