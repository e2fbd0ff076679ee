import type { Kysely } from "kysely";
import { z } from "zod";
import type { Capability, ConfigSection } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import { toMs, type Duration } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import { newReviewId } from "../core/id.ts";
import type { Random } from "../core/random.ts";
import type { Retained } from "../core/retained.ts";
import type { Statement } from "../core/statement.ts";
import type { StepAddress, VerbHost, WaitSpec } from "../core/verb.ts";
import type { EventLog } from "../events/event-log.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { Payloads } from "../storage/payload.ts";
import { createApproval } from "./approval.ts";
import { reviewMetrics } from "./metric.ts";
import { createReviewOperations, type ReviewPlaces } from "./operations.ts";
import { blobsHeld, forgetRuns, retainedReviews } from "./retained-reviews.ts";
import { reviewMigrations, type ReviewTables } from "./review-table.ts";
import { createReviewStore, type ReviewStore } from "./review-store.ts";
import type { Decision, ReviewRequest, RoomRequest } from "./review.ts";
import { createSharedReviews, type SharedReviews } from "./shared-review.ts";
import type { WaitSettler } from "./wait-settler.ts";

export const reviewSection = {
  name: "review",
  schema: z.strictObject({
    tools: z
      .array(z.string())
      .default([])
      .describe(
        'Names of tools whose calls, by agents and flows, wait for your approval first, such as "run_command"; "*" for all.',
      ),
  }),
} as const satisfies ConfigSection;

export interface ReviewDependencies {
  readonly settings: z.output<typeof reviewSection.schema>;
  readonly database: Database;
  /** The same for work, which waits until it is back. */
  readonly patient?: Pick<Database, "read" | "write">;
  readonly payloads: Payloads;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly waits: WaitSettler;
  readonly places?: ((runs: readonly string[]) => Promise<ReviewPlaces>) | undefined;
  /** How decisions about runs that are gone go; where it is not there, they stay. */
  readonly retention?: { readonly keepReviews: Duration; released(columns: readonly string[]): void } | undefined;
}

export interface Review extends Capability {
  /** The verb, for other rooms' plans. */
  readonly ask: (host: VerbHost, name: string, request: RoomRequest) => Promise<Decision>;
  /** What steps of these runs have asked, oldest first. */
  readonly ofRuns: ReviewStore["ofRuns"];
  /** What goes in the transaction in which these runs do. */
  readonly forget: (runs: readonly string[]) => readonly Statement[];
}

const deliverEvery = "30s";
// Between a review that is opened for many and the first that waits for it lies a commit.
const unaskedMs = 60_000;

interface ReviewPorts extends ReviewDependencies {
  readonly shared: SharedReviews;
}

/** Questions that a run asks a human. Opened with the wait in one transaction, decided with its settlement in one. */
export function createReview(dependencies: ReviewDependencies): Review {
  const { database, patient = database, clock } = dependencies;
  const store = createReviewStore(database, dependencies.payloads);
  const work = { ...patient, build: database.build };
  const shared = createSharedReviews({ database: work, store, waits: dependencies.waits });
  const ports = { ...dependencies, shared };
  const build = database.build as unknown as Kysely<ReviewTables>;
  const { tools } = dependencies.settings;
  const approval = createApproval({
    tools,
    ask: async ({ host }, request) => (await ask(ports, host, "approval", request)) as Decision,
  });
  return {
    name: "review",
    config: reviewSection,
    plan: tools.length > 0 ? [approval] : [],
    migrations: reviewMigrations,
    operations: createReviewOperations({ ...ports, store }),
    waits: [{ kind: "review", withdrawn: (address) => [...shared.leave(address), withdrawReview(database, address)] }],
    metrics: reviewMetrics(dependencies),
    jobs: [
      {
        name: "review.deliver",
        every: deliverEvery,
        atStart: true,
        async run() {
          // A decision that a crash has cut off from those who wait for it.
          await shared.deliver();
          await shared.withdrawUnasked(clock.now() - unaskedMs);
        },
      },
    ],
    ask: async (host, name, request) => (await ask(ports, host, name, request)) as Decision,
    ofRuns: (runs) => store.ofRuns(runs),
    forget: (runs) => forgetRuns(build, runs),
    retained: retained(dependencies),
    blobsHeld: blobsHeld(database, build),
    verbs: { review: (host) => (name: string, request: ReviewRequest) => ask(ports, host, name, request) },
  };
}

function retained({ database, places, retention }: ReviewDependencies): readonly Retained[] {
  if (!places || !retention) return [];
  return [retainedReviews({ ...retention, database, places, keepMs: toMs(retention.keepReviews) })];
}

function ask(ports: ReviewPorts, host: VerbHost, name: string, request: RoomRequest): Promise<unknown> {
  try {
    return host.wait(toWait(ports, name, request));
  } catch (error) {
    // A verb answers with a promise, also where its arguments are wrong.
    return Promise.reject(error instanceof Error ? error : new TypeError(String(error)));
  }
}

function toWait(ports: ReviewPorts, name: string, request: RoomRequest): WaitSpec {
  const { title, payload, choices = [], timeout, shared } = request;
  if (typeof title !== "string" || title === "") {
    throw new TuttiError("usage.invalid", `review "${name}" has no title`, {
      hint: "Say in `title` what is to be decided.",
    });
  }
  const spec: WaitSpec = {
    kind: "review",
    name,
    input: { title, payload: payload ?? null, choices },
    prepare: (address, at) => openReview(ports, address, { title, payload, choices, at, shared }),
  };
  if (timeout === undefined) return spec;
  const failure = { code: "engine.deadline", message: `nobody decided "${title}" within ${timeout}` };
  return { ...spec, dueInMs: toMs(timeout), whenDue: { status: "failed", failure } };
}

interface NewReview {
  readonly title: string;
  readonly payload: unknown;
  readonly choices: readonly string[];
  readonly at: number;
  readonly shared: string | undefined;
}

async function openReview(
  { database, payloads, random, events, shared }: ReviewPorts,
  address: StepAddress,
  review: NewReview,
): Promise<Statement[]> {
  const build = database.build as unknown as Kysely<ReviewTables>;
  const id = newReviewId(random);
  const row = {
    id,
    run_id: address.run,
    step: address.key,
    title: review.title,
    payload: await payloads.store(review.payload ?? null, `the payload of review "${review.title}"`),
    choices: JSON.stringify(review.choices),
    status: "open",
    created_at: review.at,
    decision: null,
    shared: review.shared ?? null,
  };
  const told = events.append({
    type: "tutti.review.opened",
    subject: address.run,
    at: review.at,
    data: { review: id, step: address.key, title: review.title },
  });
  if (row.shared !== null) return shared.join({ ...row, shared: row.shared }, address, told);
  return [toStatement(build.insertInto("reviews").values(row)), told];
}

function withdrawReview(database: Database, address: StepAddress): Statement {
  const build = database.build as unknown as Kysely<ReviewTables>;
  return toStatement(
    build
      .updateTable("reviews")
      .set({ status: "withdrawn" })
      .where("run_id", "=", address.run)
      .where("step", "=", address.key)
      .where("status", "=", "open"),
  );
}

export type { Decision, ReviewRequest, ReviewVerbs } from "./review.ts";
