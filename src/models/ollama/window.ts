import type { ContextWindow, Growth } from "../context/context-window.ts";
import { count } from "../context/overflow.ts";
import type { OllamaClient } from "./client.ts";
import type { StickyContext } from "./context.ts";
import type { ModelFacts } from "./inspect.ts";
import { freeMemory } from "./memory.ts";

export interface OllamaWindowOptions {
  readonly client: OllamaClient;
  readonly model: string;
  readonly context: StickyContext;
  readonly facts: (signal: AbortSignal) => Promise<ModelFacts>;
  /** Bytes that this machine could still give to a process. */
  readonly availableBytes?: (() => number) | undefined;
}

// The model is loaded anew beside whatever else runs, and buffers grow with the context too.
const usableShare = 0.8;

export function createOllamaWindow(options: OllamaWindowOptions): ContextWindow {
  const { context, facts } = options;
  return {
    async read(request, signal) {
      const { contextLength } = await facts(signal);
      const { tokens } = context;
      const share = context.share(contextLength, request.options?.numCtx);
      return { ...share, estimate: tokens.estimate(request), tokensOf: tokens.tokensOf };
    },
    async grow(request, from, signal) {
      const { contextLength } = await facts(signal);
      const now = (): number => context.share(contextLength, undefined).numCtx;
      const asked = request.options?.numCtx;
      if (asked !== undefined && asked <= now()) return { refused: `the step's own numCtx is ${count(asked)}` };
      if (now() > from) return { numCtx: now() };
      const above = context.above(contextLength, from, context.tokens.estimate(request).low);
      if ("refused" in above) return above;
      const tooLarge = await exceedsMemory(options, above.numCtx - from, signal);
      if (tooLarge !== undefined) return { refused: tooLarge };
      context.moveUp(from, above.numCtx);
      return { numCtx: now() };
    },
  };
}

/** What another rung would take beyond what is free; undefined if it fits, or if nobody can tell. */
async function exceedsMemory(
  { client, model, facts, availableBytes = () => process.availableMemory() }: OllamaWindowOptions,
  moreTokens: number,
  signal: AbortSignal,
): Promise<Extract<Growth, { refused: string }>["refused"] | undefined> {
  const { cacheBytesPerToken } = await facts(signal);
  if (cacheBytesPerToken === undefined) return undefined;
  const needed = moreTokens * cacheBytesPerToken;
  const free = await freeMemory(client, model, { signal, availableBytes });
  if (free === undefined || needed <= free * usableShare) return undefined;
  return `its cache would take ${sizeOf(needed)} more, and ${sizeOf(free)} are free`;
}

function sizeOf(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
