import type { ChatModel, ChatRequest } from "../chat-model.ts";
import type { TokenEstimate } from "./token-estimate.ts";

/** How a request stands to the context of its model, now. */
export interface ContextReading {
  /** Tokens that prompt and answer of this request may fill. */
  readonly limit: number;
  /** What the model is loaded with, for all requests. */
  readonly numCtx: number;
  readonly estimate: TokenEstimate;
  readonly tokensOf: (messages: ChatRequest["messages"]) => number;
}

/** Where the model stands now, or why it cannot go up, as the end of a sentence. */
export type Growth = { readonly numCtx: number } | { readonly refused: string };

/** What a policy for prompts that do not fit needs of a model; a provider that cannot tell has none. Errors as `ChatModel`. */
export interface ContextWindow {
  read(request: ChatRequest, signal: AbortSignal): Promise<ContextReading>;
  /**
   * Moves the model up one rung for all, unless another call has done so since `from` was read: calls that overflow at the
   * same time share one move.
   */
  grow(request: ChatRequest, from: number, signal: AbortSignal): Promise<Growth>;
}

/** What a provider hands over: a model, with its window where the provider can see it. */
export interface ProvidedChatModel extends ChatModel {
  readonly window?: ContextWindow | undefined;
}

/** 2k, 4k, 8k, 16k …: few sizes, since each change of size loads a model anew. */
export function nextRung(numCtx: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(numCtx, 1_024))) + 1);
}

/** The least rung that has room for so many tokens. */
export function rungFor(tokens: number): number {
  return nextRung(tokens - 1);
}
