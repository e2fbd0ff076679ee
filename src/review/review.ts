import { z } from "zod";

export const reviewStatuses = ["open", "approved", "rejected", "answered", "withdrawn"] as const;
export type ReviewStatus = (typeof reviewStatuses)[number];

export const decisionSchema = z.object({
  verdict: z.enum(["approved", "rejected", "answered"]),
  /** As proposed, or as edited by the reviewer. */
  payload: z.unknown(),
  answer: z.string().nullable(),
  reason: z.string().nullable(),
  by: z.string(),
  at: z.number(),
  review: z.string().optional().describe("The review, where several steps have waited for one"),
});
export type Decision = z.infer<typeof decisionSchema>;

export const reviewSchema = z.object({
  id: z.string(),
  run: z.string().describe("The run that asked first"),
  runs: z.array(z.string()).describe("The runs that wait for the decision"),
  step: z.string(),
  title: z.string(),
  payload: z.unknown(),
  choices: z.array(z.string()),
  status: z.enum(reviewStatuses),
  createdAt: z.number(),
  decision: decisionSchema.nullable(),
});
export type Review = z.infer<typeof reviewSchema>;

/** With what the engine knows of the run that asks. */
export const placedReviewSchema = reviewSchema.extend({
  flow: z.string().nullable(),
  dueAt: z.number().nullable().describe("When it fails if nobody decides; null where it waits for ever or no more."),
});

/** A review in a list: what is large is left to `review.show`. */
export const listedReviewSchema = placedReviewSchema.extend({
  payload: z.unknown().describe("Null where it is cut."),
  payloadBytes: z.int().nullable(),
  isCut: z.boolean().describe("The payload is too large for a list."),
  summary: z.string().describe("A short word on the payload."),
});
export type ListedReview = z.infer<typeof listedReviewSchema>;

export interface ReviewRequest {
  readonly title: string;
  /** What is to be approved or rejected: shown whole, handed back as it is or edited. */
  readonly payload?: unknown;
  /** Answers to choose from, for a question. Where there are neither choices nor a payload, any text will do. */
  readonly choices?: readonly string[];
  /** After this long without a decision the review fails with `engine.deadline`. */
  readonly timeout?: string | number;
}

/** What other rooms may ask for besides. */
export interface RoomRequest extends ReviewRequest {
  /** Steps that ask under the same key, of any run, have one review while it is open, and get its decision. */
  readonly shared?: string | undefined;
}

export interface ReviewVerbs {
  /** Asks a human and waits, for as long as it takes. A rejection throws `review.rejected`. */
  review<Payload = unknown>(
    name: string,
    request: ReviewRequest & { payload?: Payload },
  ): Promise<Decision & { payload: Payload }>;
}
