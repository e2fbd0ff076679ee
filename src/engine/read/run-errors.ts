import type { Kysely } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { runTimeStart } from "../../core/id.ts";
import type { Database } from "../../storage/database.ts";
import type { EngineTables } from "../run-table.ts";
import type { QueryTerm } from "./query.ts";
import { conditionsOf } from "./query-filter.ts";

/** Runs that failed alike: in the same step of the same flow, with the same words but for numbers and names in quotes. */
export interface ErrorGroup {
  readonly code: string;
  readonly step: string | null;
  readonly flow: string;
  /** Of the newest of them. */
  readonly message: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The newest run. */
  readonly example: string;
}

export interface ErrorsRequest {
  readonly sinceMs: number;
  readonly terms: readonly QueryTerm[];
  readonly limit: number;
}

// Different texts; what is beyond it are the oldest of very many.
const mostTexts = 5_000;

/** The largest groups of failures first. */
export async function runErrors(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  { sinceMs, terms, limit }: ErrorsRequest,
): Promise<ErrorGroup[]> {
  const build = database.build as unknown as Kysely<EngineTables>;
  const rows = await database.read(
    build
      .selectFrom("runs")
      .select((value) => [
        "flow",
        "error_code",
        "error_step",
        "error_text",
        value.fn.countAll().as("count"),
        value.fn.max("id").as("example"),
        value.fn.min("finished_at").as("first"),
        value.fn.max("finished_at").as("last"),
      ])
      .where("status", "=", "failed")
      .where("error_code", "is not", null)
      .where("id", ">=", runTimeStart(clock.now() - sinceMs))
      .where((where) => where.and(conditionsOf(where, terms)))
      .groupBy(["flow", "error_code", "error_step", "error_text"])
      .orderBy("last", "desc")
      .limit(mostTexts)
      .compile(),
  );
  const groups = new Map<string, ErrorGroup>();
  for (const row of rows) {
    const one: ErrorGroup = {
      code: row.error_code ?? "step.failed",
      step: row.error_step === null ? null : withoutNumbers(row.error_step),
      flow: row.flow,
      message: row.error_text ?? "",
      count: Number(row.count),
      firstAt: row.first ?? 0,
      lastAt: row.last ?? 0,
      example: row.example,
    };
    const key = JSON.stringify([one.code, one.step, one.flow, alike(one.message)]);
    groups.set(key, joined(groups.get(key), one));
  }
  return [...groups.values()]
    .toSorted((left, right) => right.count - left.count || right.lastAt - left.lastAt)
    .slice(0, limit);
}

/** The rows come newest first, so what is there already is the newer one. */
function joined(known: ErrorGroup | undefined, one: ErrorGroup): ErrorGroup {
  if (!known) return one;
  return { ...known, count: known.count + one.count, firstAt: Math.min(known.firstAt, one.firstAt) };
}

/** The items of a map and the turns of an agent fail alike. */
function withoutNumbers(key: string): string {
  return key
    .replaceAll(/\[\d+\]/g, "[…]")
    .replaceAll(/turn \d+/g, "turn …")
    .replaceAll(/#\d+/g, "");
}

/** Numbers, ids and what stands in quotes tell one failure from the next of its kind. */
function alike(message: string): string {
  return message.replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, "…").replaceAll(/[A-Za-z_-]*\d[\w-]*/g, "…");
}
