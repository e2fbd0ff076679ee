import type { ChatModel } from "./chat-model.ts";
import { withRepairedCalls } from "./tool-call-repair.ts";

export interface Layers {
  /** A ledger or a budget: sees each call of the model, also those of another try. */
  readonly meter: (model: ChatModel) => ChatModel;
}

/** A provider's model with what stands around all of them, from the inside out. */
export function layered(model: ChatModel, { meter }: Layers): ChatModel {
  return withRepairedCalls(meter(model));
}
