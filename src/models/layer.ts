import type { ChatModel } from "./chat-model.ts";
import { scheduled, type Schedule } from "./scheduler-call.ts";

export interface Layers {
  /** The line before the model's server; a model without one is called at once. */
  readonly schedule?: Schedule | undefined;
  /** A ledger or a budget: sees each call of the model, also those of another try. */
  readonly meter: (model: ChatModel) => ChatModel;
}

/** A provider's model with what stands around all of them, from the inside out. */
export function layered(model: ChatModel, { schedule, meter }: Layers): ChatModel {
  const queued = schedule ? scheduled(model, schedule) : model;
  return meter(queued);
}
