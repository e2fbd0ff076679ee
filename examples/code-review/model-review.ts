import { z } from "tutti";
import { checkClaims } from "./claim.ts";
import { severities } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { Question } from "./question.ts";

export interface Skipped {
  readonly reason: string;
  readonly hint: string;
}

/** What came of asking a model. `skipped`: nobody could be asked, and why. */
export interface ModelReview {
  readonly model: string;
  readonly reviewed: number;
  readonly skipped?: Skipped;
  readonly claims: readonly Finding[];
  /** Claims that were not shown: about lines outside the change, said twice, or without content. */
  readonly dropped: number;
  readonly notes: readonly string[];
}

export interface ModelStep {
  model(
    name: string,
    request: {
      readonly model?: string;
      readonly prompt: string;
      readonly options: { readonly numCtx: number; readonly maxTokens: number; readonly temperature: number };
      readonly output: typeof answer;
      readonly optional: true;
    },
  ): Promise<{ readonly output?: unknown; readonly model?: string; readonly skipped?: Skipped | undefined }>;
}

export interface ModelMapStep {
  map<Item, Result>(
    name: string,
    items: readonly Item[],
    each: (item: Item, step: ModelStep, index: number) => Promise<Result>,
    options: { readonly concurrency: number },
  ): Promise<readonly Result[]>;
}

export const answer = z.object({
  findings: z.array(
    z.object({
      line: z.int().describe("The line's number as shown"),
      quote: z.string().describe("The code of that line, copied"),
      severity: z.enum(severities),
      title: z.string().describe("The fault in a few words"),
      detail: z.string().describe("What happens and when, in one or two sentences"),
    }),
  ),
});

// A request that names no model gets the configured one.
const configuredModel = "default";

type FileReview =
  | {
      readonly state: "reviewed";
      readonly model: string;
      readonly claims: readonly Finding[];
      readonly dropped: number;
    }
  | { readonly state: "skipped"; readonly skipped: Skipped }
  | { readonly state: "failed"; readonly message: string };

export async function reviewByModel(
  step: ModelMapStep,
  questions: readonly Question[],
  model: string,
): Promise<ModelReview> {
  if (questions.length === 0) return { model, reviewed: 0, skipped: nothingToAsk, claims: [], dropped: 0, notes: [] };
  const reviews = await step.map("model review", questions, (question, inner) => ask(inner, question, model), {
    concurrency: 3,
  });
  return putTogether(model, questions, reviews);
}

const nothingToAsk: Skipped = {
  reason: "no changed source file to ask about",
  hint: "Choose a larger range, or raise maxModelFiles.",
};

async function ask(step: ModelStep, question: Question, model: string): Promise<FileReview> {
  try {
    const options = { numCtx: 16_384, maxTokens: 2_000, temperature: 0 };
    const { output, skipped, ...result } = await step.model("review", {
      ...(model === configuredModel ? {} : { model }),
      prompt: question.prompt,
      options,
      output: answer,
      optional: true,
    });
    if (skipped) return { state: "skipped", skipped };
    const parsed = answer.safeParse(output);
    if (!parsed.success) return { state: "failed", message: "the answer does not have the form that was asked for" };
    const by = result.model ?? model;
    return { state: "reviewed", model: by, ...checkClaims(parsed.data.findings, question, by) };
  } catch (error) {
    // A model that fails costs its part of the review and no more; a cancel and all else goes on.
    if (error instanceof Error && "code" in error && String(error.code).startsWith("model.")) {
      return { state: "failed", message: error.message };
    }
    throw error;
  }
}

function putTogether(model: string, questions: readonly Question[], reviews: readonly FileReview[]): ModelReview {
  const reviewed = reviews.filter((review) => review.state === "reviewed");
  const skipped = reviews.find((review) => review.state === "skipped")?.skipped;
  const notes = questions.flatMap(({ file, leftOut }, index) => noteOn(file, leftOut, reviews[index]));
  return {
    model: reviewed[0]?.model ?? model,
    reviewed: reviewed.length,
    ...(skipped && reviewed.length === 0 ? { skipped } : {}),
    claims: reviewed.flatMap((review) => review.claims),
    dropped: reviewed.reduce((sum, review) => sum + review.dropped, 0),
    notes,
  };
}

function noteOn(file: string, leftOut: string, review: FileReview | undefined): string[] {
  if (review?.state === "failed") return [`${file}: no review, ${review.message}`];
  if (review?.state === "reviewed" && leftOut !== "") return [`${file}: too long for the model, left out ${leftOut}`];
  return [];
}
