import type { ChatOptions } from "../chat-model.ts";
import type { OverflowKind } from "../context/overflow.ts";
import type { TokenEstimate } from "../context/token-estimate.ts";
import type { ContextShare } from "./context.ts";
import type { ChatLine } from "./protocol.ts";

export interface Answered {
  readonly last: ChatLine;
  readonly share: ContextShare;
  readonly options: ChatOptions;
  readonly estimate: TokenEstimate;
}

/**
 * What is wrong with an answer that came with status 200. Servers that do not know `truncate: false` drop old turns, or keep
 * the last half of the context, and then answer as if nothing were missing; only the count of tokens gives them away.
 */
export function overflowOf(answered: Answered): OverflowKind | undefined {
  const { last, share, options } = answered;
  if (isCut(answered)) return "cut";
  if (last.prompt_eval_count >= share.numCtx) return "answer";
  const used = last.prompt_eval_count + last.eval_count;
  if (share.limit < share.numCtx && used > share.limit) {
    return last.prompt_eval_count > share.limit ? "limit" : "answer";
  }
  // The server ends with `length` for two causes, of which `maxTokens` is what the caller wanted.
  const isFull = last.done_reason === "length" && last.eval_count < (options.maxTokens ?? Number.POSITIVE_INFINITY);
  return isFull ? "answer" : undefined;
}

// A cut prompt was at least twice as long as the half that is left, and a whole one is as long as its count: between the two.
const betweenHalfAndWhole = Math.SQRT2;
// Seen: exactly the half, or two tokens more. The rest is for templates that end in a token or two of their own.
const nearHalfTokens = 16;

function isCut({ last, share: { numCtx }, estimate }: Answered): boolean {
  const read = last.prompt_eval_count;
  // A whole prompt may fill the context to the last token, but then one token of answer is all there is room for.
  if (read >= numCtx) return last.eval_count > 1 || estimate.likely > read;
  const isNearHalf = Math.abs(read - numCtx / 2) <= nearHalfTokens;
  if (isNearHalf && estimate.likely >= read * betweenHalfAndWhole) return true;
  // Old turns were dropped until the rest had room.
  return read > 0 && estimate.likely > numCtx && read < estimate.low;
}
