/** Tokens for one call. */
export interface ContextShare {
  /** What the server is told, the same for every call of the model as long as nobody needs more. */
  readonly numCtx: number;
  /** What this call may fill: at most `numCtx`. */
  readonly limit: number;
}

export interface StickyContext {
  /** `modelLength`: tokens that the model was made for. `asked`: the call's own `numCtx`. */
  share(modelLength: number | undefined, asked: number | undefined): ContextShare;
}

// Ollama's own default depends on the graphics memory (4k, 32k, 256k); agents fail in silence at 4k, and small machines
// cannot hold the memory of 32k.
export const defaultNumCtx = 8_192;

/**
 * The context size of one model. Ollama loads a model anew whenever `num_ctx` changes, which takes seconds, so calls that
 * ask for less get a limit on our side, and one that asks for more moves the model up for all, for good. The size never
 * depends on which of two parallel steps came first, as taking over the first one's small `numCtx` would.
 */
export function createStickyContext(configured: number = defaultNumCtx): StickyContext {
  let wanted = configured;
  return {
    share(modelLength = Number.POSITIVE_INFINITY, asked) {
      wanted = Math.max(wanted, asked ?? 0);
      const numCtx = Math.min(wanted, modelLength);
      return { numCtx, limit: Math.min(asked ?? numCtx, numCtx) };
    },
  };
}
