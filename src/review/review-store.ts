import { sql, type Kysely, type Selectable } from "kysely";
import { briefOf } from "../core/brief.ts";
import { TuttiError } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { Payloads } from "../storage/payload.ts";
import type { ReviewTables } from "./review-table.ts";
import type { Decision, ListedReview, Review, ReviewStatus } from "./review.ts";

// "rev_" alone says nothing.
const shortestStart = 5;

/** A review without what it is about. */
export interface RunReview extends Pick<Review, "id" | "run" | "step" | "title" | "status"> {}

export interface ReviewStore {
  /** Without payloads that do not stand in their row. */
  list(status: ReviewStatus | "all"): Promise<Omit<ListedReview, "flow" | "dueAt">[]>;
  ofRuns(runs: readonly string[]): Promise<RunReview[]>;
  /** By id or an unambiguous beginning of one; `review.missing`. */
  get(id: string): Promise<Review>;
  isShared(id: string): Promise<boolean>;
  /** A guard: changes nothing where the review is no longer open. */
  decide(id: string, status: ReviewStatus, decision: Decision): Promise<Statement>;
}

export function createReviewStore(database: Database, payloads: Payloads): ReviewStore {
  const build = database.build as unknown as Kysely<ReviewTables>;
  const runsOf = async ({ id, run_id, shared, status }: Selectable<ReviewTables["reviews"]>): Promise<string[]> => {
    if (status !== "open") return [];
    if (shared === null) return [run_id];
    const waits = build.selectFrom("review_waits").select("run_id").distinct().where("review", "=", id);
    return (await database.read(waits.orderBy("run_id").compile())).map((wait) => wait.run_id);
  };
  const toReview = async (row: Selectable<ReviewTables["reviews"]>): Promise<Review> => ({
    id: row.id,
    run: row.run_id,
    runs: await runsOf(row),
    step: row.step,
    title: row.title,
    payload: (await payloads.load(row.payload)) ?? null,
    choices: JSON.parse(row.choices) as string[],
    status: row.status as ReviewStatus,
    createdAt: row.created_at,
    decision: ((await payloads.load(row.decision)) as Decision | undefined) ?? null,
  });
  return {
    async list(status) {
      const all = build.selectFrom("reviews").selectAll().orderBy("created_at").orderBy("id").limit(500);
      const rows = await database.read((status === "all" ? all : all.where("status", "=", status)).compile());
      const sizes = await payloads.sizes(rows.map(({ payload }) => payload));
      return Promise.all(rows.map((row) => toListed(row, sizes, toReview)));
    },
    async ofRuns(runs) {
      if (runs.length === 0) return [];
      const query = build
        .selectFrom("reviews")
        .select(["id", "run_id", "step", "title", "status"])
        .where("run_id", "in", runs)
        .orderBy("created_at");
      const rows = await database.read(query.compile());
      return rows.map(toRunReview);
    },
    get: async (id) => toReview(await findReview(database, build, id)),
    async isShared(id) {
      const [row] = await database.read(build.selectFrom("reviews").select("shared").where("id", "=", id).compile());
      return typeof row?.shared === "string";
    },
    async decide(id, status, decision) {
      const column = await payloads.store(decision, "the decision");
      const update = build
        .updateTable("reviews")
        .set({ status, decision: column })
        .where("id", "=", id)
        .where("status", "=", "open");
      return toStatement(update, { guard: true });
    },
  };
}

/** By id, or by the beginning of one where no other begins so. */
async function findReview(
  database: Database,
  build: Kysely<ReviewTables>,
  id: string,
): Promise<Selectable<ReviewTables["reviews"]>> {
  const all = build.selectFrom("reviews").selectAll();
  const exact = await database.read(all.where("id", "=", id).compile());
  // By substr, not by order: in the collations of most Postgres databases "~" does not stand behind the letters.
  const start = sql<string>`substr(id, 1, ${id.length})`;
  const begins =
    exact.length > 0 || id.length < shortestStart
      ? exact
      : await database.read(all.where(start, "=", id).limit(2).compile());
  const [found, another] = begins;
  if (found && !another) return found;
  throw new TuttiError("review.missing", `there is no review ${id}`, {
    hint: "`tutti review list` shows the open ones.",
  });
}

function toRunReview(row: Pick<ReviewRow, "id" | "run_id" | "step" | "title" | "status">): RunReview {
  const { id, run_id: run, step, title, status } = row;
  return { id, run, step, title, status: status as ReviewStatus };
}

type ReviewRow = Selectable<ReviewTables["reviews"]>;

/** A payload that does not stand in its row is large: a list only says how large. */
async function toListed(
  row: ReviewRow,
  sizes: ReadonlyMap<string, number>,
  toReview: (row: ReviewRow) => Promise<Review>,
): Promise<Omit<ListedReview, "flow" | "dueAt">> {
  const { payload } = row;
  const isCut = payload?.startsWith("@") ?? false;
  const review = await toReview(isCut ? { ...row, payload: null } : row);
  const payloadBytes = payload === null ? null : isCut ? (sizes.get(payload) ?? null) : Buffer.byteLength(payload);
  return { ...review, payloadBytes, isCut, summary: briefOf(review.payload) ?? "" };
}
