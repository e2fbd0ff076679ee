import { TuttiError } from "../core/error.ts";
import type { ModelChoice } from "../models/chat-model.ts";

/** A chat model that could be asked. */
export interface Candidate {
  /** `provider/name`. */
  readonly name: string;
  readonly sizeBytes: number | null;
  /** In memory now: it answers without being loaded first. */
  readonly loaded: boolean;
}

export interface Needs {
  readonly tools: boolean;
  /** Answers by a JSON Schema. */
  readonly schema: boolean;
  /** Tokens that prompt and answer may fill; 0 where that does not matter. */
  readonly contextTokens: number;
}

/** What is known of a candidate for a call; null where nothing is. */
export interface Assessment extends Candidate {
  /** Why it cannot do what is needed. */
  readonly inability: string | null;
  /** Why no budget allows the call. */
  readonly overBudget: string | null;
  /** From 0 to 1, where somebody has scored it. */
  readonly quality: number | null;
  /** Of what it has written so far. */
  readonly msPerToken: number | null;
  readonly calls: number;
}

/** Better quality first, as far as it is scored; then who is known to be quick; then who is loaded; then the smaller one. */
export function rank(assessments: readonly Assessment[]): Assessment[] {
  return assessments.toSorted(
    (left, right) =>
      Number(isFit(right)) - Number(isFit(left)) ||
      Number(right.inability === null) - Number(left.inability === null) ||
      (right.quality ?? -1) - (left.quality ?? -1) ||
      (left.msPerToken ?? Infinity) - (right.msPerToken ?? Infinity) ||
      Number(right.loaded) - Number(left.loaded) ||
      (left.sizeBytes ?? Infinity) - (right.sizeBytes ?? Infinity) ||
      (left.name < right.name ? -1 : 1),
  );
}

const isFit = ({ inability, overBudget }: Assessment): boolean => inability === null && overBudget === null;

/** Takes the best. Where no budget has room for any, the best that is able: the budget itself says what happens then. */
export function choose(assessments: readonly Assessment[], needs: Needs): ModelChoice {
  const [best, ...others] = rank(assessments);
  if (!best || best.inability !== null) throw noneAble(assessments, needs);
  return {
    model: best.name,
    why: best.overBudget ?? merit(best, others.filter(isFit)),
    others: others.map((other) => ({
      model: other.name,
      why: other.inability ?? other.overBudget ?? `behind by ${difference(best, other)}`,
    })),
  };
}

function merit(best: Assessment, others: readonly Assessment[]): string {
  const [next] = others;
  return next
    ? `ahead of ${next.name} by ${difference(best, next)}`
    : "the only one that is able and within the budget";
}

/** By what the first one stands before the other. */
function difference(best: Assessment, other: Assessment): string {
  if (best.quality !== null && best.quality !== other.quality)
    return `quality (${best.quality} against ${other.quality ?? "no score"})`;
  if (best.msPerToken !== null && best.msPerToken !== other.msPerToken)
    return `speed (${inMs(best.msPerToken)} against ${other.msPerToken === null ? "no measurement" : inMs(other.msPerToken)})`;
  if (best.loaded !== other.loaded) return "being loaded already";
  return best.sizeBytes === other.sizeBytes ? "its name alone" : "being smaller, as nothing else is known";
}

const inMs = (ms: number): string => `${ms.toFixed(1)} ms a token`;

function noneAble(assessments: readonly Assessment[], { tools, schema, contextTokens }: Needs): TuttiError {
  const needed = [
    tools ? "tools" : "",
    schema ? "a schema" : "",
    contextTokens > 0 ? `${contextTokens} tokens of context` : "",
  ];
  const what = needed.filter(Boolean).join(", ");
  const why = assessments.map(({ name, inability }) => `${name}: ${inability}`).join("; ");
  return new TuttiError(
    "model.missing",
    `no model can be chosen${what ? ` for a call with ${what}` : ""}${why ? ` (${why})` : ""}`,
    {
      hint:
        assessments.length === 0
          ? "The model servers list no chat model; `ollama pull llama3.2` installs one."
          : "`tutti models advise` shows what each can do; name a model in place of auto, or install one that is able.",
    },
  );
}
