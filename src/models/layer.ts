import type { ChatModel } from "./chat-model.ts";
import type { ProvidedChatModel } from "./context-window.ts";
import { withOverflowPolicy } from "./overflow-policy.ts";
import { scheduled, type Schedule } from "./scheduler-call.ts";
import { withRepairedCalls } from "./tool-call-repair.ts";

export interface Layers {
  /** The line before the model's server; a model without one is called at once. */
  readonly schedule?: Schedule | undefined;
  /** A ledger or a budget: sees each call of the model, also those of another try. */
  readonly meter: (model: ChatModel) => ChatModel;
}

/** A provider's model with what stands around all of them, from the inside out. */
export function layered(model: ProvidedChatModel, { schedule, meter }: Layers): ChatModel {
  const queued = schedule ? scheduled(model, schedule) : model;
  return withRepairedCalls(withOverflowPolicy(meter(queued), model.window));
}

/**
 * The same for one of several servers that have a model: what does not fit one may fit the next, so each deals with it by
 * its own context. A meter around them sees the tries of one answer as one call.
 */
export function inLine(model: ProvidedChatModel, schedule: Schedule): ChatModel {
  return withOverflowPolicy(scheduled(model, schedule), model.window);
}

/** Several servers that stand for one model. */
export function layeredPool(model: ChatModel, { meter }: Pick<Layers, "meter">): ChatModel {
  return withRepairedCalls(meter(model));
}
