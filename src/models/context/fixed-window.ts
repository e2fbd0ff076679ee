import type { ChatModel } from "../chat-model.ts";
import type { ContextWindow, ProvidedChatModel } from "./context-window.ts";
import { count } from "./overflow.ts";
import { createTokenEstimator } from "./token-estimate.ts";

/**
 * A model whose server was started with a context of so many tokens, which no call can change: prompts are estimated and may
 * be made shorter, and growing says where the size is set.
 */
export function withFixedWindow(model: ChatModel, contextLength: number): ProvidedChatModel {
  const tokens = createTokenEstimator();
  const window: ContextWindow = {
    read: async (request) => ({
      limit: Math.min(request.options?.numCtx ?? contextLength, contextLength),
      numCtx: contextLength,
      estimate: tokens.estimate(request),
      tokensOf: tokens.tokensOf,
    }),
    grow: async () => ({ refused: `its server was started with a context of ${count(contextLength)} tokens` }),
  };
  return {
    name: model.name,
    window,
    async chat(request, call) {
      const answer = await model.chat(request, call);
      if (answer.usage.inputTokens > 0) tokens.learn(request, answer.usage.inputTokens);
      return answer;
    },
  };
}
