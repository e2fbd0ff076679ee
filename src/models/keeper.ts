import type { ModelInfo } from "./model-info.ts";
import type { ProbeTarget } from "./probe/target.ts";

/** What a server tells about one of its models. */
export interface ModelDetails extends ModelInfo {
  readonly family: string | null;
  /** As the maker writes it: `3.2B`. */
  readonly parameterSize: string | null;
  /** How its weights are stored: `Q4_K_M`. */
  readonly quantization: string | null;
  /** Length of its vectors, as its file says. */
  readonly embeddingLength: number | null;
  readonly modifiedAt: string | null;
  /** Where the server itself would send the prompt. */
  readonly remoteHost: string | null;
  /** Settings that its maker gave it: `num_ctx 2048`. */
  readonly parameters: readonly string[];
}

/** One part of a model's files, named by the hash of its content. */
export interface Layer {
  readonly digest: string;
  readonly totalBytes: number;
  readonly doneBytes: number;
}

/** A server's word on a pull in progress. */
export type PullStatus =
  | { readonly kind: "layer"; readonly layer: Layer }
  | { readonly kind: "verifying" }
  | { readonly kind: "said"; readonly text: string };

export interface PullCall {
  readonly signal: AbortSignal;
  /** Over plain HTTP, or with a certificate that cannot be checked. */
  readonly isInsecure: boolean;
}

/**
 * The owner's side of a server that keeps models. Names are the provider's own. Errors as `ChatModel` says, and for a pull
 * `storage.full` when the server's disk is, and `model.unreachable` when the server cannot reach the registry.
 */
export interface ModelKeeper {
  /** Where it is: facts about a model hold for one server. */
  readonly server: string;
  /** What the server calls a model that may be written in several ways: `llama3.2` is `llama3.2:latest`. */
  canonical(model: string): string;
  /** Changes with the model's content, or with what the server tells of it where that is all; `model.missing`. */
  digest(model: string, signal: AbortSignal): Promise<string>;
  show(model: string, signal: AbortSignal): Promise<ModelDetails>;
  /** Ends when the model is there, whole and verified. What an abort leaves half done, the next pull goes on with. Absent: its
   *  models are what the server was started with. */
  pull?(model: string, call: PullCall): AsyncGenerator<PullStatus, void>;
  /** Tells what there was; `model.missing`. Absent as above. */
  remove?(model: string, signal: AbortSignal): Promise<{ readonly digest: string; readonly sizeBytes: number }>;
  /** The model as it is: no queue, no repair, no ledger. */
  probe(model: string): ProbeTarget;
}
