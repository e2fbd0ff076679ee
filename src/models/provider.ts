import type { ProvidedChatModel } from "./context-window.ts";
import type { EmbeddingModel } from "./embedding-model.ts";
import type { ModelKeeper } from "./keeper.ts";

/** A model as `models list` shows it. */
export interface ModelInfo {
  /** What its provider calls it; `provider/name` is what a flow may ask for. */
  readonly name: string;
  readonly provider: string;
  readonly kind: "chat" | "embedding";
  readonly sizeBytes: number | null;
  /** Tokens that the model was made for. */
  readonly contextLength: number | null;
  readonly capabilities: readonly string[];
  readonly loaded: boolean;
  /** Tokens of context that it is loaded with; absent where it is not, or where the server does not tell. */
  readonly loadedContext?: number | null;
  /** Changes with its content; absent where the provider has none. */
  readonly digest?: string;
  /** Why its server cannot use it, where that is so. */
  readonly problem?: string;
}

export type Reachable = { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly hint: string };

/** A source of models: a server, a runtime in this process, a script. What it does not have, it leaves out. */
export interface ModelProvider {
  /** Makes no request yet: whether the model exists shows at the first call. */
  chat?(model: string): ProvidedChatModel;
  /** Tokens that prompt and answer of a call may fill now, where the server keeps to it. */
  contextOf?(model: string): number | undefined;
  embedding?(model: string): EmbeddingModel;
  list?(signal: AbortSignal): Promise<readonly ModelInfo[]>;
  /** The chat model that stands for `default` where none is configured. */
  firstChatModel?(signal: AbortSignal): Promise<string>;
  /** Answers within seconds and never throws. Absent: always there. */
  reachable?(signal: AbortSignal): Promise<Reachable>;
  /** Absent: its models cannot be pulled, removed or probed. */
  readonly keeper?: ModelKeeper;
}
