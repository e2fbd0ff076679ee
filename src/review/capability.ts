import type { Kysely } from "kysely";
import { z } from "zod";
import type { Capability, ConfigSection } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import { toMs } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import { newReviewId } from "../core/id.ts";
import type { Random } from "../core/random.ts";
import type { Statement } from "../core/statement.ts";
import type { StepAddress, VerbHost, WaitSpec } from "../core/verb.ts";
import type { EventLog } from "../events/event-log.ts";
import { toStatement, type Database } from "../storage/database.ts";
import type { Payloads } from "../storage/payload.ts";
import { createApproval } from "./approval.ts";
import { createReviewOperations, type ReviewPlaces, type WaitSettler } from "./operations.ts";
import { reviewMigrations, type ReviewTables } from "./review-table.ts";
import { createReviewStore, type ReviewStore } from "./review-store.ts";
import type { Decision, ReviewRequest } from "./review.ts";

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
  readonly payloads: Payloads;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly waits: WaitSettler;
  readonly places?: ((runs: readonly string[]) => Promise<ReviewPlaces>) | undefined;
}

export interface Review extends Capability {
  /** The verb, for other rooms' plans. */
  readonly ask: (host: VerbHost, name: string, request: ReviewRequest) => Promise<Decision>;
  /** What steps of these runs have asked, oldest first. */
  readonly ofRuns: ReviewStore["ofRuns"];
}

/** Questions that a run asks a human. Opened with the wait in one transaction, decided with its settlement in one. */
export function createReview(dependencies: ReviewDependencies): Review {
  const store = createReviewStore(dependencies.database, dependencies.payloads);
  const { tools } = dependencies.settings;
  const approval = createApproval({
    tools,
    ask: async ({ host }, request) => (await ask(dependencies, host, "approval", request)) as Decision,
  });
  return {
    name: "review",
    config: reviewSection,
    plan: tools.length > 0 ? [approval] : [],
    migrations: reviewMigrations,
    operations: createReviewOperations({ ...dependencies, store }),
    waits: [{ kind: "review", withdrawn: (address) => [withdrawReview(dependencies.database, address)] }],
    ask: async (host, name, request) => (await ask(dependencies, host, name, request)) as Decision,
    ofRuns: (runs) => store.ofRuns(runs),
    verbs: { review: (host) => (name: string, request: ReviewRequest) => ask(dependencies, host, name, request) },
  };
}

function ask(dependencies: ReviewDependencies, host: VerbHost, name: string, request: ReviewRequest): Promise<unknown> {
  try {
    return host.wait(toWait(dependencies, name, request));
  } catch (error) {
    // A verb answers with a promise, also where its arguments are wrong.
    return Promise.reject(error instanceof Error ? error : new TypeError(String(error)));
  }
}

function toWait(dependencies: ReviewDependencies, name: string, request: ReviewRequest): WaitSpec {
  const { title, payload, choices = [], timeout } = request;
  if (typeof title !== "string" || title === "") {
    throw new TuttiError("usage.invalid", `review "${name}" has no title`, {
      hint: "Say in `title` what is to be decided.",
    });
  }
  const spec: WaitSpec = {
    kind: "review",
    name,
    input: { title, payload: payload ?? null, choices },
    prepare: (address, at) => openReview(dependencies, address, { title, payload, choices, at }),
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
}

async function openReview(
  { database, payloads, random, events }: ReviewDependencies,
  address: StepAddress,
  review: NewReview,
): Promise<Statement[]> {
  const build = database.build as unknown as Kysely<ReviewTables>;
  const id = newReviewId(random);
  const insert = build.insertInto("reviews").values({
    id,
    run_id: address.run,
    step: address.key,
    title: review.title,
    payload: await payloads.store(review.payload ?? null, `the payload of review "${review.title}"`),
    choices: JSON.stringify(review.choices),
    status: "open",
    created_at: review.at,
    decision: null,
  });
  const told = events.append({
    type: "tutti.review.opened",
    subject: address.run,
    at: review.at,
    data: { review: id, step: address.key, title: review.title },
  });
  return [toStatement(insert), told];
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
