import type { ChatModel } from "./chat-model.ts";
import type { ProvidedChatModel } from "./context/context-window.ts";
import { withOverflowPolicy } from "./context/overflow-policy.ts";
import { scheduled, type Schedule } from "./scheduler/call.ts";
import { withRepairedCalls } from "./repair/repair.ts";

export interface Layers {
  /** The line before the model's server; a model without one is called at once. */
  readonly schedule?: Schedule | undefined;
  /** A ledger or a budget: sees each call of the model, also those of another try. */
  readonly meter: (model: ChatModel) => ChatModel;
}

/** A provider's model with what stands around all of them, from the inside out. */
export function layered(model: ProvidedChatModel, layers: Layers): ChatModel {
  return withRepairedCalls(inLine(model, layers));
}

/**
 * The same for one of several servers that have a model: what does not fit one may fit the next, so each deals with it by
 * its own context, and what that may take is reserved for each try.
 */
export function inLine(model: ProvidedChatModel, { schedule, meter }: Layers): ChatModel {
  return withOverflowPolicy(meter(schedule ? scheduled(model, schedule) : model), model.window);
}

/** Several servers that stand for one model. */
export function layeredPool(model: ChatModel): ChatModel {
  return withRepairedCalls(model);
}
