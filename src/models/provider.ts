import type { ProvidedChatModel } from "./context/context-window.ts";
import type { EmbeddingModel } from "./embedding-model.ts";
import type { ModelKeeper } from "./keeper.ts";
import type { ModelInfo } from "./model-info.ts";

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
