import assert from "node:assert/strict";
import type { Kysely } from "kysely";
import type { Clock } from "../../src/core/clock.ts";
import type { Retained } from "../../src/core/retained.ts";
import { seededRandom, type Random } from "../../src/core/random.ts";
import { costMigrations, type CostBuild } from "../../src/cost/cost-table.ts";
import { forgetRuns as forgetCost } from "../../src/cost/prune.ts";
import { blobsHeld } from "../../src/engine/retention/blob-use.ts";
import { retainedRuns } from "../../src/engine/retention/retained-runs.ts";
import type { Runs } from "../../src/engine/woken.ts";
import { createReview, type Review as ReviewRoom } from "../../src/review/capability.ts";
import { blobsHeld as heldByReviews, forgetRuns as forgetReviews } from "../../src/review/retained-reviews.ts";
import { reviewMigrations, type ReviewTables } from "../../src/review/review-table.ts";
import { tableBlobs } from "../../src/storage/blob.ts";
import { createBlobGarbage, type BlobGarbage } from "../../src/storage/blob-garbage.ts";
import { tableBlobShelf } from "../../src/storage/blob-shelf.ts";
import type { Database, Row } from "../../src/storage/database.ts";
import { createPayloads } from "../../src/storage/payload.ts";
import { openTestEngine, testFlow, type EngineParts, type TestEngine, type TestStep } from "../support/engine.ts";
import { movedClock } from "./cost-case.ts";

export const hourMs = 3_600_000;
const large = (what: string): string => what.repeat(5_000);

export interface RetentionCase extends TestEngine {
  readonly clock: ReturnType<typeof movedClock>;
  readonly random: Random;
  readonly runs: Retained;
  readonly garbage: BlobGarbage;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  start(flow: string, input?: unknown): Promise<string>;
  decide(run: string): Promise<void>;
}

type Asking = TestStep & { review(name: string, request: object): Promise<unknown> };

/** Flows with children, questions, large values that several share, and waits that stay open. */
const flows = [
  testFlow("leaf", async (step: TestStep, input: { text: string }) => {
    const first = await step.run("first", () => large(input.text));
    return step.run("second", () => first.length);
  }),
  testFlow("gate", async (step: TestStep, input: { text: string; event: string }) => {
    await step.run("first", () => large(input.text));
    await step.waitFor("gate", { event: input.event });
    return step.run("last", () => large(`${input.text}!`));
  }),
  testFlow("parent", async (step: TestStep, input: { text: string; event: string; depth: number }) => {
    const kids = await step.map("kids", [1, 2], (_item, inner) => inner.flow("kid", "leaf", { text: input.text }));
    if (input.depth > 0) await step.flow("deeper", "parent", { ...input, depth: input.depth - 1 });
    if (input.event !== "") await step.flow("gated", "gate", input);
    return kids;
  }),
  testFlow("asks", async (step, input: { text: string }) =>
    (step as Asking).review("sign off", { title: "Good?", payload: large(input.text) }),
  ),
  testFlow("fails", async (step: TestStep, input: { text: string }) => {
    await step.run("first", () => large(input.text));
    await step.run("breaks", () => Promise.reject(new Error(large("no"))));
  }),
];

export async function openRetention(database: Database, seed = 1): Promise<RetentionCase> {
  const clock = movedClock("2026-06-01T00:00:00Z");
  let parts: EngineParts | undefined;
  let review: ReviewRoom | undefined;
  const engine = await openTestEngine({
    database,
    clock,
    flows,
    parkAfterMs: 1,
    rooms: [
      { room: "review", migrations: reviewMigrations },
      { room: "cost", migrations: costMigrations },
    ],
    waits: (given) => createReview({ ...given, settings: { tools: [] }, waits: given.control }).waits ?? [],
    verbs(given) {
      parts = given;
      review = createReview({ ...given, settings: { tools: [] }, waits: given.control });
      return review.verbs ?? {};
    },
  });
  assert.ok(parts && review);
  const room = review;
  const { garbage, runs } = keepers(database, clock);
  return {
    ...engine,
    get worker() {
      return engine.worker;
    },
    clock,
    garbage,
    runs,
    random: seededRandom(seed),
    async rows(sql) {
      const found = await database.read<Row>({ sql, parameters: [], query: { kind: "RawNode" } } as never);
      return found.map((row) => Object.fromEntries(Object.entries(row)));
    },
    start: (flow, input) => engine.control.start({ flow, input }),
    async decide(run) {
      const [open] = await room.ofRuns([run]);
      const approve = room.operations.find(({ name }) => name === "review.approve");
      await approve?.handle({ id: open?.id } as never, { signal: AbortSignal.timeout(5_000), caller: "test" });
    },
  };
}

export function keepers(database: Database, clock: Clock): { garbage: BlobGarbage; runs: Retained } {
  const build = database.build as unknown as Runs;
  const reviews = database.build as unknown as Kysely<ReviewTables>;
  const garbage = createBlobGarbage({
    shelf: tableBlobShelf(database),
    // Blobs are stamped by the machine's clock: all of them are old by this one.
    clock: { ...clock, now: () => Date.now() + 2 * hourMs },
    holders: () => [blobsHeld(database, build), heldByReviews(database, reviews)],
  });
  const runs = retainedRuns({
    database,
    build,
    payloads: createPayloads(tableBlobs(database)),
    keepMs: hourMs,
    forget: (ids) => [...forgetCost(build as CostBuild, ids), ...forgetReviews(reviews, ids)],
    released: (columns) => garbage.offer(columns),
  });
  return { garbage, runs };
}

export const pruning = (before: number) => ({ before, signal: AbortSignal.timeout(60_000) });
export const collecting = { whole: false, signal: AbortSignal.timeout(600_000), pause: async () => undefined };
