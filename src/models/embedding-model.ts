export interface EmbeddingAnswer {
  /** One for each text, in order, of length 1. */
  readonly vectors: readonly Float32Array[];
  /** Length of every vector; 0 when no text was given. */
  readonly dimensions: number;
  /** `provider/name` of the model. */
  readonly model: string;
  readonly usage: { readonly inputTokens: number };
}

/**
 * A model that turns texts into vectors; near in meaning is near by cosine, and accents make no difference.
 *
 * Every text is read whole, or the call throws `model.context_overflow` and no vector comes back. The other codes are
 * those of `ChatModel`.
 */
export interface EmbeddingModel {
  /** `provider/name`. */
  readonly name: string;
  embed(texts: readonly string[], call: { readonly signal: AbortSignal }): Promise<EmbeddingAnswer>;
}
