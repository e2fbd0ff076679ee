import type { z } from "zod";
import { StepError, TuttiError } from "../../core/error.ts";
import type { ChatOptions } from "../../models/chat-model.ts";
import type { StepOf } from "../step.ts";
import type { WorkVerbs } from "../work-verbs.ts";

/** What patterns are built on: the verbs that any flow has. */
export type PatternStep = StepOf<WorkVerbs>;

/** Which model a pattern asks, and how. */
export interface PatternModel {
  /** `provider/name`; default: the configured one. */
  readonly model?: string | undefined;
  readonly options?: ChatOptions | undefined;
  /** Where no model is reachable, what the pattern says for a model that gives no valid answer holds. */
  readonly optional?: boolean | undefined;
}

export type Decided<Output> = { readonly output: Output } | { readonly problem: string };

export interface DecisionRequest<Schema extends z.ZodType> extends PatternModel {
  readonly system: string;
  readonly prompt: string;
  readonly schema: Schema;
}

// A decision is a few words. A model that does not stop by itself must not fill its context with them.
const decisionOptions: ChatOptions = { temperature: 0, maxTokens: 500 };

/** Asks a model for something of a given shape; an answer of another shape is a problem in words, not an error. */
export async function decide<Schema extends z.ZodType>(
  step: PatternStep,
  name: string,
  { system, prompt, schema, model, options, optional }: DecisionRequest<Schema>,
): Promise<Decided<z.infer<Schema>>> {
  try {
    const answer = await step.model(name, {
      ...(model === undefined ? {} : { model }),
      messages: [{ role: "system", content: system }],
      prompt,
      options: { ...decisionOptions, ...options },
      output: schema,
      optional: optional ?? false,
    });
    if (answer.output !== undefined) return { output: answer.output };
    return { problem: answer.skipped?.reason ?? "it answered nothing" };
  } catch (error) {
    if (error instanceof StepError && error.code === "model.output_invalid") return { problem: error.message };
    throw error;
  }
}

/** A text by a model; null where none is reachable and the step may be left out. */
export async function write(
  step: PatternStep,
  name: string,
  { system, prompt, model, options, optional }: PatternModel & { readonly system: string; readonly prompt: string },
): Promise<string | null> {
  const answer = await step.model(name, {
    ...(model === undefined ? {} : { model }),
    messages: [{ role: "system", content: system }],
    prompt,
    ...(options === undefined ? {} : { options }),
    optional: optional ?? false,
  });
  return answer.skipped ? null : answer.text.trim();
}

export function undecided(name: string, what: string, hint: string): TuttiError {
  return new TuttiError("pattern.undecided", `"${name}" came to no decision: ${what}`, { hint });
}

export function exhausted(name: string, what: string, details: { hint: string; data: unknown }): TuttiError {
  return new TuttiError("pattern.exhausted", `"${name}" is not done: ${what}`, details);
}

export function misused(name: string, what: string): TuttiError {
  return new TuttiError("usage.invalid", `"${name}": ${what}`);
}

/** A whole number of at least `least`, or the error that says so. */
export function bounded(name: string, what: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least && value <= mostRounds) return value;
  throw misused(name, `${what} must be a whole number from ${least} to ${mostRounds}, not ${value}`);
}

// Beyond this it is not a pattern that ends but a loop that somebody forgot.
const mostRounds = 1_000;

/** Names with what they stand for, as a list that a model can read. */
export function listed(entries: Readonly<Record<string, { readonly description?: string | undefined }>>): string {
  return Object.entries(entries)
    .map(([name, { description }]) => (description === undefined ? `- ${name}` : `- ${name}: ${description}`))
    .join("\n");
}

// A long result must not push everything else out of the context of whoever reads about it.
const longestExcerpt = 4_000;

export function excerpt(text: string): string {
  if (text.length <= longestExcerpt) return text;
  return `${text.slice(0, longestExcerpt)}\n[${text.length - longestExcerpt} more characters were left out]`;
}

/** What a worker's failure tells whoever asked for the work; a cancelled run and a broken engine are not theirs to mend. */
export function failureInWords(error: unknown): string {
  const isOurs = error instanceof StepError || error instanceof TuttiError;
  if (isOurs && (error.code === "engine.deadline" || !/^(?:run|engine|storage|internal)\./.test(error.code)))
    return error.message;
  throw error;
}

/** The names as a list that is not empty, which a schema's enumeration wants. */
export function someNames(name: string, names: readonly string[], what: string): [string, ...string[]] {
  const [first, ...rest] = names;
  if (first === undefined) throw misused(name, `there are no ${what}`);
  return [first, ...rest];
}
