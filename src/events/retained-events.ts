import { sql, type Kysely } from "kysely";
import type { EpochMs } from "../core/clock.ts";
import { pruneOrder, type PrunePreview, type Pruning, type Retained } from "../core/retained.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { EventTables } from "./event-log.ts";

export interface RetainedEventsPorts {
  readonly database: Pick<Database, "read" | "write" | "build">;
  /** The number behind which the slowest follower of this process reads; null where nobody follows. */
  readonly slowest: () => number | null;
  readonly keepMs: number;
}

// Those who follow from elsewhere come again after a restart or a lost connection, and go on from where they were.
const leastMs = 3_600_000;
const together = 1_000;
// Keys, numbers and the place in the tree.
const rowOverhead = 24;

/** The log of events, from its beginning. */
export function retainedEvents(ports: RetainedEventsPorts): Retained {
  const { database } = ports;
  const build = database.build as unknown as Kysely<EventTables>;
  return {
    name: "events",
    summary: "What has happened to runs, steps, reviews and budgets, as the log of events has it",
    order: pruneOrder.events,
    keepMs: ports.keepMs,
    leastMs,
    async oldest() {
      const query = build.selectFrom("events").select("time").orderBy("seq").limit(1);
      return (await database.read(query.compile()))[0]?.time ?? null;
    },
    prune: (pruning) => prune(ports, build, pruning),
    preview: (pruning) => preview(ports, build, pruning),
  };
}

async function prune(
  { database, slowest }: RetainedEventsPorts,
  build: Kysely<EventTables>,
  { before, signal, pause }: Pruning,
): Promise<number> {
  let gone = 0;
  while (!signal.aborted) {
    const last = await lastOld({ database, slowest }, build, { before, after: 0 });
    if (last === null) break;
    const result = await database.write([
      toStatement(build.deleteFrom("events").where("seq", "<=", last).returning("seq")),
    ]);
    gone += result.committed ? (result.rows[0]?.length ?? 0) : 0;
    await pause?.();
  }
  return gone;
}

async function preview(
  { database, slowest }: RetainedEventsPorts,
  build: Kysely<EventTables>,
  { before, signal, pause }: Pruning,
): Promise<PrunePreview> {
  let [count, bytes, after] = [0, 0, 0];
  while (!signal.aborted) {
    const last = await lastOld({ database, slowest }, build, { before, after });
    if (last === null) break;
    const size = sql<
      number | string
    >`sum(octet_length(type) + octet_length(subject) + coalesce(octet_length(data), 0))`.as("size");
    const some = build.selectFrom("events").where("seq", ">", after).where("seq", "<=", last);
    const [row] = await database.read(some.select((value) => [value.fn.countAll().as("count"), size]).compile());
    count += Number(row?.count ?? 0);
    bytes += Number(row?.size ?? 0) + Number(row?.count ?? 0) * rowOverhead;
    after = last;
    await pause?.();
  }
  return { count, bytes };
}

interface Slice {
  readonly before: EpochMs;
  readonly after: number;
}

/**
 * The last of the next events that are old in a row; null where the next one is not. The newest row of all stays, or its
 * number would come again; so does what a follower has not read.
 */
async function lastOld(
  { database, slowest }: Pick<RetainedEventsPorts, "database" | "slowest">,
  build: Kysely<EventTables>,
  { before, after }: Slice,
): Promise<number | null> {
  const newest = build.selectFrom("events").select((value) => value.fn.max("seq").as("seq"));
  const query = build
    .selectFrom("events")
    .select(["seq", "time"])
    .where("seq", ">", after)
    .where("seq", "<", newest)
    .where("seq", "<=", slowest() ?? Number.MAX_SAFE_INTEGER);
  const rows = await database.read(query.orderBy("seq").limit(together).compile());
  const firstYoung = rows.findIndex(({ time }) => time >= before);
  return (firstYoung < 0 ? rows.at(-1) : rows[firstYoung - 1])?.seq ?? null;
}
