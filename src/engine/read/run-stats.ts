import { sql, type Kysely } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { runTimeStart } from "../../core/id.ts";
import { runStatuses, type RunStatus } from "../../core/step.ts";
import type { Database } from "../../storage/database.ts";
import type { EngineTables } from "../run-table.ts";
import type { QueryTerm } from "./query.ts";
import { conditionsOf } from "./query-filter.ts";

type Counts = Readonly<Record<RunStatus, number>>;

export interface RunStats {
  readonly since: number;
  readonly until: number;
  readonly bucketMs: number;
  readonly total: number;
  readonly byStatus: Counts;
  /** Of the times when runs were made, oldest first; each begins at `at`. */
  readonly buckets: readonly (Counts & { readonly at: number })[];
  /** Null where no run has told of any. */
  readonly tokens: { readonly input: number; readonly output: number } | null;
  readonly usage: { readonly runsWithModels: number };
}

export interface StatsRequest {
  readonly sinceMs: number;
  readonly bucketMs: number;
  readonly terms: readonly QueryTerm[];
}

const mostBuckets = 400;

/** Runs counted by state and by when they were made. Buckets stand on whole multiples, so that they stay where they are. */
export async function runStats(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  { sinceMs, bucketMs, terms }: StatsRequest,
): Promise<RunStats> {
  const until = clock.now() + 1;
  // No run is older than the epoch, however far back somebody asks.
  const since = Math.floor(Math.max(0, until - sinceMs) / bucketMs) * bucketMs;
  const bucketCount = Math.ceil((until - since) / bucketMs);
  if (bucketCount > mostBuckets) throw tooMany(bucketCount);
  const starts = Array.from({ length: bucketCount }, (_none, at) => since + at * bucketMs);
  const build = database.build as unknown as Kysely<EngineTables>;
  const counted = await database.read<{ at: number; status: string; count: number }>(
    countQuery(build, { starts, bucketMs, terms }).compile(build),
  );
  const [sums] = await database.read(sumQuery(build, { since, terms }).compile());
  const buckets = starts.map((at) => Object.assign({ at }, countsOf(counted.filter((row) => row.at === at))));
  const byStatus = countsOf(counted);
  const tokens =
    sums?.input === null || sums === undefined ? null : { input: Number(sums.input), output: Number(sums.output ?? 0) };
  return {
    since,
    until,
    bucketMs,
    total: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    byStatus,
    buckets,
    tokens,
    usage: { runsWithModels: Number(sums?.runs ?? 0) },
  };
}

interface Counted extends Pick<StatsRequest, "bucketMs" | "terms"> {
  readonly starts: readonly number[];
}

/** A range of the index by state for each bucket and state: it reads no run's row. */
function countQuery(build: Kysely<EngineTables>, { starts, bucketMs, terms }: Counted) {
  const ranges = sql.join(
    starts.map((at) => sql`(${sql.lit(at)}, ${runTimeStart(at)}, ${runTimeStart(at + bucketMs)})`),
  );
  const states = sql.join(runStatuses.map((status) => sql`(${sql.lit(status)})`));
  const some = build
    .selectFrom("runs")
    .select((value) => value.fn.countAll().as("count"))
    .where("status", "=", sql<string>`states.column1`)
    .where("id", ">=", sql<string>`ranges.column2`)
    .where("id", "<", sql<string>`ranges.column3`)
    .where((where) => where.and(conditionsOf(where, terms, { hasStatus: true })));
  return sql<{
    at: number;
    status: string;
    count: number;
  }>`select ranges.column1 as at, states.column1 as status, (${some}) as count
    from (values ${states}) as states, (values ${ranges}) as ranges`;
}

function sumQuery(build: Kysely<EngineTables>, { since, terms }: { since: number; terms: readonly QueryTerm[] }) {
  return build
    .selectFrom("runs")
    .select((value) => [
      value.fn.sum("input_tokens").as("input"),
      value.fn.sum("output_tokens").as("output"),
      value.fn.countAll().as("runs"),
    ])
    .where("id", ">=", runTimeStart(since))
    .where("models", "is not", null)
    .where((where) => where.and(conditionsOf(where, terms, { hasStatus: true })));
}

function countsOf(rows: readonly { readonly status: string; readonly count: number }[]): Counts {
  const of = (status: RunStatus): number =>
    rows.filter((row) => row.status === status).reduce((sum, { count }) => sum + count, 0);
  return {
    queued: of("queued"),
    running: of("running"),
    waiting: of("waiting"),
    paused: of("paused"),
    succeeded: of("succeeded"),
    failed: of("failed"),
    cancelled: of("cancelled"),
  };
}

function tooMany(count: number): TuttiError {
  return new TuttiError("usage.invalid", `that makes ${count} buckets; at most ${mostBuckets} are counted at once`, {
    hint: "Ask for a larger bucket, such as 1d, or for less time.",
  });
}
