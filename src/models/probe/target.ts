import type { JsonSchema, ToolCall, ToolDefinition } from "../chat-model.ts";

/** One question, and exactly how it is put to the server. */
export interface ProbeQuestion {
  readonly prompt: string;
  readonly tools?: readonly ToolDefinition[];
  readonly format?: JsonSchema;
  readonly think?: boolean;
  readonly isStreamed: boolean;
  readonly maxTokens: number;
}

/** What came back, unrepaired. Times in milliseconds, undefined where the server does not tell. */
export interface ProbeReply {
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCall[];
  /** It ended because `maxTokens` or the context was used up. */
  readonly isCut: boolean;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly loadMs: number | undefined;
  readonly promptMs: number | undefined;
  readonly generateMs: number | undefined;
  /** From the request to the first piece, on this side; undefined where it was not streamed. */
  readonly firstTokenMs: number | undefined;
}

export interface ProbeEmbedding {
  readonly dimensions: number;
  readonly inputTokens: number;
  readonly loadMs: number | undefined;
  readonly totalMs: number;
}

export interface ProbeSubject {
  readonly kind: "chat" | "embedding";
  readonly digest: string;
  /** What the server claims. */
  readonly abilities: readonly string[];
  /** Tokens that calls of it are to have; null where the model decides. */
  readonly contextAsked: number | null;
}

/**
 * A model as a probe needs it. A request that the server says it cannot serve at all throws `model.bad_answer` with
 * `data.status` 400; the other errors are those of `ChatModel`.
 */
export interface ProbeTarget {
  describe(signal: AbortSignal): Promise<ProbeSubject>;
  /** Out of memory where the server can be told so, so that the next call shows what a load takes. */
  unload(signal: AbortSignal): Promise<void>;
  ask(question: ProbeQuestion, signal: AbortSignal): Promise<ProbeReply>;
  embed(text: string, signal: AbortSignal): Promise<ProbeEmbedding>;
  /** Tokens of context that the loaded model has; null where the server does not tell. */
  contextGranted(signal: AbortSignal): Promise<number | null>;
}
