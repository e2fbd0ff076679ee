import type { ChatModel } from "./chat-model.ts";
import type { ProvidedChatModel } from "./context-window.ts";
import { withOverflowPolicy } from "./overflow-policy.ts";

export interface Layers {
  /** A ledger or a budget: sees each call of the model, also those of another try. */
  readonly meter: (model: ChatModel) => ChatModel;
}

/** A provider's model with what stands around all of them, from the inside out. */
export function layered(model: ProvidedChatModel, { meter }: Layers): ChatModel {
  return withOverflowPolicy(meter(model), model.window);
}
