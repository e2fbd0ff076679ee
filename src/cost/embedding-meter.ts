import type { ChatModel } from "../models/chat-model.ts";
import type { EmbeddingAnswer, EmbeddingModel } from "../models/embedding-model.ts";
import type { Meter } from "./meter.ts";

/** The same for texts that become vectors: a call whose answer has no tokens. */
export function meteredEmbedding(meter: Meter, model: EmbeddingModel): EmbeddingModel {
  return {
    name: model.name,
    async embed(texts, call) {
      // Nothing is sent.
      if (texts.length === 0) return model.embed(texts, call);
      let answer: EmbeddingAnswer | undefined;
      const asChat: ChatModel = {
        name: model.name,
        async chat(_request, { signal }) {
          answer = await model.embed(texts, { ...call, signal });
          const { usage, timings = {} } = answer;
          return {
            text: "",
            toolCalls: [],
            finishReason: "stop",
            usage: { inputTokens: usage.inputTokens, outputTokens: 0 },
            timings: { totalMs: Number.NaN, ...timings },
            model: answer.model,
          };
        },
      };
      const messages = texts.map((content) => ({ role: "user" as const, content }));
      await meter(asChat, "embedding").chat({ messages, options: { maxTokens: 0 } }, call);
      if (!answer) throw new TypeError(`a metered call of ${model.name} was not made`);
      return answer;
    },
  };
}
