import type { ChatAnswer, ChatModel, ChatRequest } from "../chat-model.ts";
import { scheduled, type Schedule } from "../scheduler/call.ts";
import type { ProbeTarget } from "./target.ts";

export interface ProbeLayers {
  readonly schedule?: Schedule | undefined;
  readonly meter: (model: ChatModel) => ChatModel;
}

/** A probe's calls wait for a place as those of steps do, and are in the ledger; what it measures begins with the place. */
export function layeredProbe(target: ProbeTarget, name: string, { schedule, meter }: ProbeLayers): ProbeTarget {
  /** Makes one call; its answer in the form of a chat is for the layers alone. */
  async function through<Reply>(request: ChatRequest, signal: AbortSignal, work: Work<Reply>): Promise<Reply> {
    let reply: Reply | undefined;
    const call: ChatModel = {
      name,
      async chat(_request, { signal: own }) {
        reply = await work.make(own);
        return { text: "", toolCalls: [], finishReason: "stop", model: name, ...work.account(reply) };
      },
    };
    await meter(schedule ? scheduled(call, schedule) : call).chat(request, { signal });
    if (reply === undefined) throw new TypeError(`a call of the probe of ${name} was not made`);
    return reply;
  }
  return {
    ...target,
    ask({ prompt, tools, format, maxTokens, ...question }, signal) {
      const request = { messages: [{ role: "user" as const, content: prompt }], tools, format, options: { maxTokens } };
      return through(request, signal, {
        make: (own) =>
          target.ask({ prompt, maxTokens, ...question, ...(tools && { tools }), ...(format && { format }) }, own),
        account: ({ promptTokens, outputTokens, loadMs, promptMs, generateMs }) => ({
          usage: { inputTokens: promptTokens, outputTokens },
          timings: { totalMs: sumOf(loadMs, promptMs, generateMs), loadMs, promptMs, generateMs },
        }),
      });
    },
    embed(text, signal) {
      const request = { messages: [{ role: "user" as const, content: text }], options: { maxTokens: 0 } };
      return through(request, signal, {
        make: (own) => target.embed(text, own),
        account: ({ inputTokens, loadMs, totalMs }) => ({
          usage: { inputTokens, outputTokens: 0 },
          timings: { totalMs, loadMs },
        }),
      });
    },
  };
}

interface Work<Reply> {
  make(signal: AbortSignal): Promise<Reply>;
  account(reply: Reply): Pick<ChatAnswer, "usage" | "timings">;
}

/** NaN, which stands for unknown, where a part is. */
function sumOf(...parts: readonly (number | undefined)[]): number {
  return parts.reduce<number>((sum, part) => sum + (part ?? Number.NaN), 0);
}
