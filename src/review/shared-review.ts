import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Statement } from "../core/statement.ts";
import type { StepAddress } from "../core/verb.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { ReviewStore } from "./review-store.ts";
import type { ReviewTables } from "./review-table.ts";
import { outcomeOf } from "./verdict.ts";
import type { WaitSettler } from "./wait-settler.ts";

type NewReviewRow = ReviewTables["reviews"] & { readonly shared: string };

/** A question that many steps have: one review for all that ask under its key while it is open, one decision for all. */
export interface SharedReviews {
  /**
   * Writes that let a step wait for the open review of the row's key. Where there is none, the row is stored at once, with
   * `opened`: of many that ask at the same time the first is the only one to tell.
   */
  join(row: NewReviewRow, address: StepAddress, opened: Statement): Promise<Statement[]>;
  /** Writes for a step that gives its wait up: the review stays with the others, or is withdrawn with the last. */
  leave(address: StepAddress): Statement[];
  /** Hands the decision of one review, or of all that are decided, to every step that still waits for it. */
  deliver(id?: string): Promise<void>;
  /** Withdraws what was opened before that time by who died before it waited. */
  withdrawUnasked(before: number): Promise<void>;
}

export interface SharedReviewPorts {
  readonly database: Pick<Database, "read" | "write" | "build">;
  readonly store: ReviewStore;
  readonly waits: WaitSettler;
}

type Reviews = Kysely<ReviewTables>;

export function createSharedReviews({ database, store, waits }: SharedReviewPorts): SharedReviews {
  const build = database.build as unknown as Reviews;
  return {
    async join(row, address, opened) {
      const insert = build.insertInto("reviews").values(row);
      const ifFirst = insert.onConflict((conflict) => conflict.column("shared").where(isOpen).doNothing());
      await database.write([toStatement(ifFirst, { guard: true }), opened]);
      // A lock against the decision, or another review where that has come meanwhile.
      const held = insert.onConflict((conflict) =>
        conflict.column("shared").where(isOpen).doUpdateSet({ shared: row.shared }),
      );
      return [toStatement(held), waitStatement(build, row.shared, address)];
    },
    leave: (address) => leaveStatements(build, address),
    async deliver(id) {
      for (const review of await decidedAndAwaited(database, build, id)) {
        const found = await store.get(review);
        if (!found.decision) continue;
        const outcome = outcomeOf(found, { ...found.decision, review });
        const rows = await database.read(
          build.selectFrom("review_waits").selectAll().where("review", "=", review).compile(),
        );
        const settle = async ({ run_id: run, step: key }: ReviewTables["review_waits"]): Promise<void> => {
          const gone = toStatement(build.deleteFrom("review_waits").where("run_id", "=", run).where("step", "=", key));
          // Where nobody waits any more, nothing was written.
          if (!(await waits.settle({ run, key, outcome, writes: [gone] }))) await database.write([gone]);
        };
        await Promise.all(rows.map(settle));
      }
    },
    async withdrawUnasked(before) {
      const old = build
        .selectFrom("reviews")
        .select("id")
        .where("status", "=", "open")
        .where("created_at", "<", before);
      const rows = await database.read(old.where("shared", "is not", null).where(isUnasked).compile());
      for (const { id } of rows) {
        const lock = build
          .updateTable("reviews")
          .set({ status: "open" })
          .where("id", "=", id)
          .where("status", "=", "open");
        const withdraw = build.updateTable("reviews").set({ status: "withdrawn" }).where("id", "=", id);
        await database.write([toStatement(lock, { guard: true }), toStatement(withdraw.where(isUnasked))]);
      }
    },
  };
}

// A literal: SQLite knows the index by the text of its condition.
const isOpen: RawBuilder<boolean> = sql`status = 'open'`;
const isUnasked: RawBuilder<boolean> = sql`not exists (select 1 from review_waits where review_waits.review = reviews.id)`;

function waitStatement(build: Reviews, shared: string, { run, key }: StepAddress): Statement {
  const wait = sql`insert into review_waits (run_id, step, review)
    select cast(${run} as text), cast(${key} as text), id from reviews where shared = ${shared} and status = 'open'
    on conflict (run_id, step) do update set review = excluded.review`;
  return toStatement({ compile: () => wait.compile(build) });
}

const heir = (column: "run_id" | "step"): RawBuilder<string> =>
  sql`(select ${sql.ref(column)} from review_waits where review = reviews.id order by run_id, step limit 1)`;

/** The lock first: who joins in this moment is seen by what comes after it. */
function leaveStatements(build: Reviews, { run, key }: StepAddress): Statement[] {
  const mine = build
    .updateTable("reviews")
    .set({ status: "open" })
    .where("run_id", "=", run)
    .where("step", "=", key)
    .where("status", "=", "open")
    .where("shared", "is not", null);
  const handOver = mine.set({ run_id: heir("run_id"), step: heir("step") });
  const gone = build.deleteFrom("review_waits").where("run_id", "=", run).where("step", "=", key);
  return [toStatement(mine), toStatement(gone), toStatement(handOver.where(sql<boolean>`not ${isUnasked}`))];
}

async function decidedAndAwaited(
  database: Pick<Database, "read">,
  build: Reviews,
  id: string | undefined,
): Promise<string[]> {
  const query = build
    .selectFrom("review_waits")
    .innerJoin("reviews", "reviews.id", "review_waits.review")
    .select("reviews.id")
    .distinct()
    .where("reviews.decision", "is not", null);
  const rows = await database.read((id === undefined ? query : query.where("reviews.id", "=", id)).compile());
  return rows.map((row) => row.id);
}
