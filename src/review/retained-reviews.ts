import { sql, type Kysely } from "kysely";
import { pruneOrder, type PrunePreview, type Pruning, type Retained } from "../core/retained.ts";
import type { Statement } from "../core/statement.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { ReviewPlaces } from "./operations.ts";
import type { ReviewTables } from "./review-table.ts";

export interface RetainedReviewsPorts {
  readonly database: Pick<Database, "read" | "write" | "build">;
  readonly places: (runs: readonly string[]) => Promise<ReviewPlaces>;
  /** Columns that named blobs, of what is gone. */
  readonly released: (columns: readonly string[]) => void;
  readonly keepMs: number;
}

const together = 200;
// Somebody may just have been asked what was decided yesterday.
const leastMs = 86_400_000;
const rowOverhead = 300;

type Reviews = Kysely<ReviewTables>;

/** What people have decided, once the run that asked is gone: kept the longest, since it says who allowed what. */
export function retainedReviews(ports: RetainedReviewsPorts): Retained {
  const { database } = ports;
  const build = database.build as unknown as Reviews;
  return {
    name: "reviews",
    summary: "Decisions of people about runs that are gone",
    order: pruneOrder.reviews,
    keepMs: ports.keepMs,
    leastMs,
    async oldest() {
      const query = closed(build).select((value) => value.fn.min("created_at").as("at"));
      return (await database.read(query.compile()))[0]?.at ?? null;
    },
    async prune(pruning) {
      let gone = 0;
      for await (const ids of closedOf(ports, build, pruning)) {
        const remove = build.deleteFrom("reviews").where("id", "in", ids).returning(["payload", "decision"]);
        const result = await database.write([toStatement(remove)]);
        const columns = result.committed ? (result.rows[0] ?? []).flatMap((row) => Object.values(row)) : [];
        ports.released(
          columns.flatMap((column) => (typeof column === "string" && column.startsWith("@") ? [column] : [])),
        );
        gone += ids.length;
        await pruning.pause?.();
      }
      return gone;
    },
    preview: (pruning) => preview(ports, build, pruning),
  };
}

async function preview(ports: RetainedReviewsPorts, build: Reviews, pruning: Pruning): Promise<PrunePreview> {
  let [count, bytes] = [0, 0];
  for await (const ids of closedOf(ports, build, pruning)) {
    const size = sql<number | string>`sum(coalesce(octet_length(payload), 0) + coalesce(octet_length(decision), 0))`.as(
      "size",
    );
    const [row] = await ports.database.read(build.selectFrom("reviews").select(size).where("id", "in", ids).compile());
    count += ids.length;
    bytes += Number(row?.size ?? 0) + ids.length * rowOverhead;
    await pruning.pause?.();
  }
  return { count, bytes };
}

function closed(build: Reviews) {
  const isAwaited = sql<boolean>`not exists (select 1 from review_waits where review_waits.review = reviews.id)`;
  return build.selectFrom("reviews").where("status", "<>", "open").where(isAwaited);
}

/** Some at a time, the oldest first. */
async function* closedOf(
  { database, places }: RetainedReviewsPorts,
  build: Reviews,
  { before, signal }: Pruning,
): AsyncGenerator<readonly string[]> {
  for (let after = { at: -1, id: "" }; !signal.aborted;) {
    const { at, id } = after;
    const rows = await database.read(
      closed(build)
        .select(["id", "run_id", "created_at"])
        .where("created_at", "<", before)
        .where((where) =>
          where.or([where("created_at", ">", at), where.and([where("created_at", "=", at), where("id", ">", id)])]),
        )
        .orderBy("created_at")
        .orderBy("id")
        .limit(together)
        .compile(),
    );
    const known = await places(rows.map(({ run_id: run }) => run));
    const ids = rows.flatMap((row) => (known.flowOf(row.run_id) === null ? [row.id] : []));
    if (ids.length > 0) yield ids;
    const last = rows.at(-1);
    if (rows.length < together || !last) return;
    after = { at: last.created_at, id: last.id };
  }
}

/** What goes with runs that are pruned: questions that nobody has decided. Decisions stay. */
export function forgetRuns(build: Reviews, runs: readonly string[]): Statement[] {
  return [
    toStatement(build.deleteFrom("review_waits").where("run_id", "in", runs)),
    toStatement(
      build.deleteFrom("reviews").where("run_id", "in", runs).where("status", "=", "withdrawn").returning("payload"),
    ),
  ];
}

/** In one statement, as of one moment. */
export function blobsHeld(database: Pick<Database, "read">, build: Reviews) {
  return async (hashes: readonly string[]): Promise<readonly string[]> => {
    if (hashes.length === 0) return [];
    const names = sql.join(hashes.map((hash) => `@${hash}`));
    const query = sql<{ name: string }>`select payload as name from reviews where payload in (${names})
      union select decision as name from reviews where decision in (${names})`;
    return (await database.read(query.compile(build))).map(({ name }) => name.slice(1));
  };
}
