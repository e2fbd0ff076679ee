import { nextRung, rungFor, type Growth } from "../context/context-window.ts";
import { count } from "../context/overflow.ts";
import { createTokenEstimator, type TokenEstimator } from "../context/token-estimate.ts";

/** Tokens for one call. */
export interface ContextShare {
  /** What the server is told, the same for every call of the model as long as nobody needs more. */
  readonly numCtx: number;
  /** What this call may fill: at most `numCtx`. */
  readonly limit: number;
}

export interface StickyContext {
  /** How many tokens this model makes of a prompt. */
  readonly tokens: TokenEstimator;
  /** `modelLength`: tokens that the model was made for. `asked`: the call's own `numCtx`. */
  share(modelLength: number | undefined, asked: number | undefined): ContextShare;
  /** The rung above `from`, or why there is none; `needed` is the least that it must lead to in the end. */
  above(modelLength: number | undefined, from: number, needed: number): Growth;
  /** Nothing moves when the model is beyond `from` already. */
  moveUp(from: number, to: number): void;
}

// Ollama's own default depends on the graphics memory (4k, 32k, 256k); agents fail in silence at 4k, and small machines
// cannot hold the memory of 32k.
export const defaultNumCtx = 8_192;
export const defaultMaxNumCtx = 131_072;

/**
 * The context size of one model. Ollama loads a model anew whenever `num_ctx` changes, which takes seconds, so calls that
 * ask for less get a limit on our side, and one that asks for more moves the model up to the rung of that size for all, for
 * good. The size never depends on which of two parallel steps came first, as taking over the first one's small `numCtx`
 * would.
 */
export function createStickyContext(
  configured: number = defaultNumCtx,
  largest: number = defaultMaxNumCtx,
): StickyContext {
  let wanted = configured;
  const ceiling = Math.max(configured, largest);
  return {
    tokens: createTokenEstimator(),
    share(modelLength = Number.POSITIVE_INFINITY, asked = 0) {
      if (asked > wanted) wanted = Math.min(rungFor(asked), ceiling);
      const numCtx = Math.min(wanted, modelLength);
      return { numCtx, limit: asked > 0 ? Math.min(asked, numCtx) : numCtx };
    },
    above(modelLength = Number.POSITIVE_INFINITY, from, needed) {
      // Memory that is taken for good, for a prompt that cannot fit anyway, helps nobody.
      const least = Math.max(from + 1, needed);
      if (least > modelLength) return { refused: `the model was made for ${count(modelLength)} tokens` };
      if (least > ceiling) return { refused: `models.maxNumCtx allows ${count(ceiling)} tokens` };
      return { numCtx: Math.min(nextRung(from), modelLength, ceiling) };
    },
    moveUp(from, to) {
      if (wanted <= from) wanted = to;
    },
  };
}
