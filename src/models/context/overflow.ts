import { TuttiError } from "../../core/error.ts";
import { promptParts, type PromptPart } from "./conversation.ts";
import type { TokenEstimate } from "./token-estimate.ts";

/**
 * How it showed that a prompt, or prompt and answer, do not fit: `estimated` before the call, `refused` by the server, `cut`
 * by a server that answers all the same, `limit` where the server read more than the call's own `numCtx`, and `answer` when the
 * answer filled what was left.
 */
export type OverflowKind = "estimated" | "refused" | "cut" | "limit" | "answer";

export interface Overflow {
  /** `provider/name`. */
  readonly model: string;
  readonly kind: OverflowKind;
  readonly limit: number;
  readonly estimate: TokenEstimate;
  /** What the server counted, where it did. */
  readonly used?: number | undefined;
  /** What the server said. */
  readonly said?: string | undefined;
}

/** Says by how much, and which part is large. */
export function overflowError(overflow: Overflow): TuttiError {
  const { kind, limit, estimate, used } = overflow;
  const { low, likely, high, parts } = estimate;
  const largest = largestPart(parts);
  const message = `${sentenceOf(overflow)}. The largest part is ${partName(largest)} (about ${count(parts[largest])} tokens)`;
  return new TuttiError("model.context_overflow", message, {
    hint: `${policyHint} ${kind === "answer" ? "Or set maxTokens for a shorter answer." : partHints[largest]}`,
    data: {
      kind,
      limit,
      ...(used === undefined ? {} : { used }),
      estimated: { low, likely, high },
      tooMany: tooMany(overflow),
      parts,
      largest,
    },
  });
}

/** Throws where the least that the prompt can be is too much; in doubt the server is asked. */
export function refuseBefore(model: string, limit: number, estimate: TokenEstimate): void {
  if (estimate.low > limit) throw overflowError({ model, kind: "estimated", limit, estimate });
}

/** The same error with the reason why a policy could not help, as a sentence. */
export function withReason(error: TuttiError, reason: string): TuttiError {
  const hint = error.hint ?? policyHint;
  return new TuttiError(error.code, `${error.message}. ${reason}`, { cause: error, hint, data: error.data });
}

export function isOverflow(error: unknown): error is TuttiError {
  return error instanceof TuttiError && error.code === "model.context_overflow";
}

/** Whether the prompt fitted and its answer did not. */
export function isOfAnswer({ data }: TuttiError): boolean {
  return typeof data === "object" && data !== null && "kind" in data && data.kind === "answer";
}

/** Tokens beyond the limit: by the count where there is one, else at least by the estimate. */
function tooMany({ kind, limit, estimate, used = 0 }: Overflow): number {
  if (kind === "estimated") return estimate.low - limit;
  if (kind === "answer" || kind === "limit") return Math.max(used - limit, 1);
  return Math.max(Math.round(estimate.likely) - limit, 1);
}

function sentenceOf(overflow: Overflow): string {
  const { model, kind, limit, estimate, used = 0, said } = overflow;
  const room = `the context of ${model}, which has ${count(limit)}`;
  const about = `about ${count(estimate.likely)} tokens (${count(estimate.low)} to ${count(estimate.high)})`;
  const sentences: Readonly<Record<OverflowKind, string>> = {
    estimated: `The prompt has ${about} and does not fit ${room}; at least ${count(tooMany(overflow))} are too many`,
    refused: `The prompt, by estimate ${about}, does not fit ${room}: ${said ?? "the server refused it"}`,
    cut: `The server cut the prompt to ${count(used)} tokens and said nothing; by estimate it has ${about} and does not fit ${room}`,
    limit: `The prompt took ${count(used)} tokens with its answer and does not fit ${room}: ${count(tooMany(overflow))} too many`,
    answer: `The prompt and its answer took ${count(used)} tokens and filled ${room}, before the answer had ended`,
  };
  return sentences[kind];
}

function largestPart(parts: TokenEstimate["parts"]): PromptPart {
  return promptParts.reduce((largest, part) => (parts[part] > parts[largest] ? part : largest));
}

function partName(part: PromptPart): string {
  return part === "system" ? "the system text" : part === "newest" ? "the newest turn" : `the ${part}`;
}

const policyHint =
  'onOverflow: "grow" gives the model a larger context, "compact" leaves out old turns; a step\'s own numCtx is a limit.';

const partHints: Readonly<Record<PromptPart, string>> = {
  system: "Or shorten the instructions.",
  goal: "Or split the task, or let the model read large texts in parts.",
  tools: "Or offer fewer tools.",
  history: "Or end the conversation sooner.",
  newest: "Or hand over less at once, such as a part of a file.",
};

const digits = new Intl.NumberFormat("en-US");

export function count(value: number): string {
  return digits.format(value);
}
