import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { operation, type AnyOperation } from "../core/operation.ts";
import type { Statement } from "../core/statement.ts";
import type { EventLog } from "../events/event-log.ts";
import type { ReviewStore } from "./review-store.ts";
import {
  listedReviewSchema,
  reviewSchema,
  reviewStatuses,
  type Decision,
  type Review,
  type ReviewStatus,
} from "./review.ts";

/** What reviews need of the engine: to settle the wait that asked. False if it is no longer open. */
export interface WaitSettler {
  settle(settle: {
    readonly run: string;
    readonly key: string;
    readonly outcome:
      | { readonly status: "succeeded"; readonly result: unknown }
      | {
          readonly status: "failed";
          readonly code: "review.rejected";
          readonly message: string;
          readonly data?: unknown;
        };
    readonly writes: readonly Statement[];
  }): Promise<boolean>;
}

/** What a list of reviews tells of their runs, which is the engine's to know. */
export interface ReviewPlaces {
  flowOf(run: string): string | null;
  dueAt(run: string, step: string): number | null;
}

const nowhere: ReviewPlaces = { flowOf: () => null, dueAt: () => null };

export interface ReviewOperationDependencies {
  readonly places?: ((runs: readonly string[]) => Promise<ReviewPlaces>) | undefined;
  readonly store: ReviewStore;
  readonly waits: WaitSettler;
  readonly events: EventLog;
  readonly clock: Clock;
}

const id = z.string().min(1).describe("The review's id");
const faces = ["cli", "http", "sdk", "mcp"] as const;
const write = {
  method: "POST",
  role: "reviewer",
  effect: "write",
  idempotent: false,
  output: reviewSchema,
  faces,
} as const;
const read = { method: "GET", role: "viewer", effect: "read", idempotent: true, faces } as const;

export function createReviewOperations(dependencies: ReviewOperationDependencies): AnyOperation[] {
  return [list(dependencies), show(dependencies), approve(dependencies), reject(dependencies), answer(dependencies)];
}

function list({ store, places = async () => nowhere }: ReviewOperationDependencies): AnyOperation {
  return operation({
    ...read,
    name: "review.list",
    summary: "Lists the questions that wait for a human, oldest first",
    path: "/reviews",
    input: z.strictObject({
      status: z
        .enum([...reviewStatuses, "all"])
        .default("open")
        .describe("Which reviews to list"),
    }),
    output: z.array(listedReviewSchema),
    cli: { examples: ["tutti review list", "tutti review list --status all --json"] },
    empty: [],
    handle: async ({ status }) => {
      const reviews = await store.list(status);
      const known = await places(reviews.map(({ run }) => run));
      return reviews.map((review) => {
        const { run, step, status: now } = review;
        return Object.assign(review, {
          flow: known.flowOf(run),
          dueAt: now === "open" ? known.dueAt(run, step) : null,
        });
      });
    },
  });
}

function show({ store }: ReviewOperationDependencies): AnyOperation {
  return operation({
    ...read,
    name: "review.show",
    summary: "Shows one review with its whole payload",
    path: "/reviews/:id",
    input: z.strictObject({ id }),
    output: reviewSchema,
    cli: { positional: ["id"], examples: ["tutti review show rev_4k7d2m"] },
    handle: ({ id: asked }) => store.get(asked),
  });
}

function approve(dependencies: ReviewOperationDependencies): AnyOperation {
  return operation({
    ...write,
    name: "review.approve",
    summary: "Approves a review; the run goes on at once",
    path: "/reviews/:id/approve",
    input: z.strictObject({
      id,
      payload: z.unknown().optional().describe("The payload as edited, JSON; default: as proposed"),
      comment: z.string().optional().describe("Kept with the decision"),
    }),
    cli: { positional: ["id"], examples: ["tutti review approve rev_4k7d2m"] },
    handle: async ({ id: asked, payload, comment }, { caller }) => {
      const review = await dependencies.store.get(asked);
      if (review.choices.length > 0) throw mustChoose(review, "it asks for a choice, which an approval is not");
      const given = {
        payload: payload === undefined ? review.payload : payload,
        answer: null,
        reason: comment ?? null,
      };
      return decide(dependencies, review, "approved", {
        verdict: "approved",
        ...given,
        by: caller,
        at: dependencies.clock.now(),
      });
    },
  });
}

function reject(dependencies: ReviewOperationDependencies): AnyOperation {
  return operation({
    ...write,
    name: "review.reject",
    summary: "Rejects a review; the step fails with review.rejected",
    path: "/reviews/:id/reject",
    input: z.strictObject({ id, reason: z.string().min(1).describe("Why; the flow is told") }),
    cli: { positional: ["id"], examples: ['tutti review reject rev_4k7d2m --reason "wrong branch"'] },
    handle: async ({ id: asked, reason }, { caller }) => {
      const review = await dependencies.store.get(asked);
      return decide(dependencies, review, "rejected", {
        verdict: "rejected",
        payload: review.payload,
        answer: null,
        reason,
        by: caller,
        at: dependencies.clock.now(),
      });
    },
  });
}

function answer(dependencies: ReviewOperationDependencies): AnyOperation {
  return operation({
    ...write,
    name: "review.answer",
    summary: "Answers the question of a review; the run goes on at once",
    path: "/reviews/:id/answer",
    input: z.strictObject({
      id,
      answer: z.string().min(1).describe("The answer; one of the choices where there are any"),
    }),
    cli: { positional: ["id", "answer"], examples: ["tutti review answer rev_4k7d2m yes"] },
    handle: async ({ id: asked, answer: given }, { caller }) => {
      const review = await dependencies.store.get(asked);
      if (review.choices.length > 0 && !review.choices.includes(given))
        throw mustChoose(review, `"${given}" is none of its choices`);
      if (review.choices.length === 0 && review.payload !== null) throw mustApprove(review);
      return decide(dependencies, review, "answered", {
        verdict: "answered",
        payload: review.payload,
        answer: given,
        reason: null,
        by: caller,
        at: dependencies.clock.now(),
      });
    },
  });
}

function mustChoose({ id: review, choices }: Review, problem: string): TuttiError {
  return new TuttiError("usage.invalid", `review ${review} cannot be decided so: ${problem}`, {
    hint: `Choose one of: ${choices.join(", ")}. For example: tutti review answer ${review} ${JSON.stringify(choices[0])}`,
  });
}

/** Whoever answers "no" to what is to be approved must not have approved it. */
function mustApprove({ id: review }: Review): TuttiError {
  return new TuttiError("usage.invalid", `review ${review} asks for approval of its payload, not for an answer`, {
    hint: `tutti review approve ${review}, or tutti review reject ${review} --reason "…"`,
  });
}

/** What the flow is told of a rejection besides its message. */
function why({ reason, by, at }: Decision): Pick<Decision, "reason" | "by" | "at"> {
  return { reason, by, at };
}

async function decide(
  dependencies: ReviewOperationDependencies,
  review: Review,
  status: ReviewStatus,
  decision: Decision,
): Promise<Review> {
  const { store, waits, events, clock } = dependencies;
  const message = `"${review.title}" was rejected${decision.reason ? `: ${decision.reason}` : ""}`;
  const isDecided = await waits.settle({
    run: review.run,
    key: review.step,
    outcome:
      status === "rejected"
        ? { status: "failed", code: "review.rejected", message, data: { review: review.id, ...why(decision) } }
        : { status: "succeeded", result: decision },
    writes: [
      await store.decide(review.id, status, decision),
      events.append({
        type: "tutti.review.decided",
        subject: review.run,
        at: clock.now(),
        data: { review: review.id, verdict: decision.verdict, by: decision.by },
      }),
    ],
  });
  const now = await store.get(review.id);
  if (isDecided) return now;
  throw new TuttiError(
    "review.closed",
    `review ${review.id} is ${now.status === "open" ? "no longer waited for" : `already ${now.status}`}`,
    {
      hint: `\`tutti run get ${review.run}\` shows what became of the run.`,
    },
  );
}
