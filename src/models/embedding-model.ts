import { TuttiError } from "../core/error.ts";
import type { ChatCaller, ChatTimings } from "./chat-model.ts";
import type { ModelPlace } from "./model-place.ts";

/** Which space vectors lie in. Kept beside every set of vectors: those of two spaces must never be compared. */
export interface EmbedderIdentity {
  /** `provider/name` of the model. */
  readonly model: string;
  /** Of the model's content; null where its server has none, and then the name stands for it. */
  readonly digest: string | null;
  readonly dimensions: number;
}

export interface EmbeddingAnswer {
  /** One for each text, in order, of length 1; all from the model that `identity` tells. */
  readonly vectors: readonly Float32Array[];
  /** Length of every vector; 0 when no text was given. */
  readonly dimensions: number;
  /** `provider/name` of the model. */
  readonly model: string;
  /** Null when no text was given. */
  readonly identity: EmbedderIdentity | null;
  readonly usage: { readonly inputTokens: number };
  /** What the server has told, and the wait for a place at it. */
  readonly timings?: Partial<ChatTimings> | undefined;
}

export interface EmbeddingCall {
  readonly signal: AbortSignal;
  /** As in a chat. */
  readonly caller?: ChatCaller | undefined;
  /** Of the vectors that these are to stand beside: another model is refused with `model.embedder_changed`. */
  readonly expected?: EmbedderIdentity | undefined;
}

/**
 * A model that turns texts into vectors; near in meaning is near by cosine, and accents make no difference.
 *
 * Every text is read whole, or the call throws `model.context_overflow` and no vector comes back. Vectors of one answer
 * are of one model, also where it is replaced meanwhile: then the call throws `model.bad_answer` and may be made again.
 * The other codes are those of `ChatModel`.
 */
export interface EmbeddingModel {
  /** `provider/name`. */
  readonly name: string;
  /** Absent where there is no server. */
  readonly place?: ModelPlace;
  embed(texts: readonly string[], call: EmbeddingCall): Promise<EmbeddingAnswer>;
}

/** Whether vectors of the two may be compared. A model copied under another name makes the same ones. */
export function isSameEmbedder(left: EmbedderIdentity, right: EmbedderIdentity): boolean {
  if (left.dimensions !== right.dimensions) return false;
  if (left.digest === null || right.digest === null) return left.model === right.model && left.digest === right.digest;
  return left.digest === right.digest;
}

/** `model.embedder_changed` unless vectors of the two may be compared. */
export function refuseOtherEmbedder(found: EmbedderIdentity, expected: EmbedderIdentity): void {
  if (isSameEmbedder(found, expected)) return;
  const message = `${describe(found)} does not make the vectors that are there, which are of ${describe(expected)}`;
  throw new TuttiError("model.embedder_changed", message, {
    hint: "Make all vectors anew with the model that is there now, or install the one that made them.",
    data: { found, expected },
  });
}

function describe({ model, digest, dimensions }: EmbedderIdentity): string {
  return `${model} (${digest === null ? "" : `${digest.slice(0, 12)}, `}${dimensions} dimensions)`;
}
