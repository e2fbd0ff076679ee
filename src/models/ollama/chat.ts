import { systemClock, type Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { ChatAnswer, ChatCall, ChatMessage, ChatRequest, FinishReason, ToolCall } from "../chat-model.ts";
import type { ProvidedChatModel } from "../context/context-window.ts";
import { overflowError, refuseBefore, type Overflow } from "../context/overflow.ts";
import type { OllamaClient } from "./client.ts";
import type { ContextShare, StickyContext } from "./context.ts";
import { overflowOf } from "./cut.ts";
import { createInspector } from "./inspect.ts";
import { chatLine, type ChatLine } from "./protocol.ts";
import { createOllamaWindow } from "./window.ts";

export interface OllamaChatOptions {
  readonly client: OllamaClient;
  /** As Ollama calls it. */
  readonly model: string;
  /** The first part of the model's name: which of several servers. */
  readonly provider?: string | undefined;
  /** Shared by every user of the model on this server. */
  readonly context: StickyContext;
  readonly allowRemote?: readonly string[] | undefined;
  readonly clock?: Clock | undefined;
  readonly availableBytes?: (() => number) | undefined;
}

export function createOllamaChat({
  client,
  model,
  provider = "ollama",
  context,
  allowRemote = [],
  clock = systemClock,
  availableBytes,
}: OllamaChatOptions): ProvidedChatModel {
  const facts = createInspector(client, { model, capability: "completion", allowRemote });
  const name = `${provider}/${model}`;
  const window = createOllamaWindow({ client, model, context, facts, availableBytes });
  return {
    name,
    window,
    async chat(request, call) {
      const { numCtx, limit, estimate } = await window.read(request, call.signal);
      refuseBefore(name, limit, estimate);
      const overflow = (found: Pick<Overflow, "kind" | "used" | "said">): TuttiError =>
        overflowError({ model: name, limit, estimate, ...found });
      const refused = (said: string): TuttiError => {
        // All that a refusal tells of the count is that it is beyond this.
        if (estimate.likely <= numCtx) context.tokens.learn(request, numCtx + 1);
        return overflow({ kind: "refused", said });
      };
      const about = { model, overflow: refused };
      const sentAt = clock.now();
      const share = { numCtx, limit };
      const body = { ...toBody(model, request, share), keep_alive: call.keepAlive };
      const reading = startReading(call, () => clock.now() - sentAt);
      for await (const line of client.stream("/api/chat", chatLine, { body, about, signal: call.signal }))
        reading.take(line);
      const last = reading.end(model);
      const kind = overflowOf({ last, share, options: request.options ?? {}, estimate });
      // A count of what was left of a prompt says nothing about the whole one.
      if (kind !== "cut" && last.prompt_eval_count > 0) context.tokens.learn(request, last.prompt_eval_count);
      if (kind === undefined) return toAnswer(name, last, reading);
      const answered = kind === "cut" ? 0 : last.eval_count;
      throw overflow({ kind, used: last.prompt_eval_count + answered });
    },
  };
}

function toBody(model: string, request: ChatRequest, share: ContextShare): object {
  const { tools, format, options = {} } = request;
  return {
    model,
    messages: request.messages.map(toMessage),
    ...(tools?.length ? { tools: tools.map((tool) => ({ type: "function", function: tool })) } : {}),
    ...(format === undefined ? {} : { format }),
    ...(options.think === undefined ? {} : { think: options.think }),
    stream: true,
    // Without these two the server drops old messages, then the front of the prompt, and answers 200.
    truncate: false,
    shift: false,
    options: {
      num_ctx: share.numCtx,
      num_predict: answerLimit(options.maxTokens, share),
      temperature: options.temperature,
      seed: options.seed,
      top_p: options.topP,
      stop: options.stop,
    },
  };
}

// With a limit of our own the server would write on until its larger context is full.
function answerLimit(maxTokens: number | undefined, { numCtx, limit }: ContextShare): number | undefined {
  return limit < numCtx ? Math.min(maxTokens ?? limit, limit) : maxTokens;
}

function toMessage({ role, content, toolCalls, toolName }: ChatMessage): object {
  const calls = toolCalls?.map(({ id, name, arguments: values }) => ({ id, function: { name, arguments: values } }));
  return { role, content, tool_calls: calls, tool_name: toolName };
}

interface Reading {
  text: string;
  thinking: string;
  readonly toolCalls: ToolCall[];
  firstTokenMs: number | undefined;
  take(line: ChatLine): void;
  /** The closing line. A stream that stops without one was cut off. */
  end(model: string): ChatLine;
}

function startReading({ onChunk }: ChatCall, elapsedMs: () => number): Reading {
  let last: ChatLine | undefined;
  const reading: Reading = {
    text: "",
    thinking: "",
    toolCalls: [],
    firstTokenMs: undefined,
    take(line) {
      reading.firstTokenMs ??= elapsedMs();
      if (line.done) last = line;
      const { thinking = "", content = "", tool_calls: calls = [] } = line.message ?? {};
      reading.thinking += thinking;
      reading.text += content;
      reading.toolCalls.push(...calls.map(toToolCall));
      if (thinking) onChunk?.({ kind: "thinking", text: thinking });
      if (content) onChunk?.({ kind: "text", text: content });
      for (const called of calls) onChunk?.({ kind: "tool_call", text: called.function.name });
    },
    end(model) {
      if (last && last.done_reason !== "load") return last;
      const found = last ? "loaded the model without answering" : "ended its answer in the middle";
      throw new TuttiError("model.bad_answer", `Ollama, asked for ${model}, ${found}`);
    },
  };
  return reading;
}

function toToolCall(call: NonNullable<ChatLine["message"]>["tool_calls"][number]): ToolCall {
  const { name, arguments: values } = call.function;
  return { name, arguments: values, ...(call.id ? { id: call.id } : {}) };
}

function toAnswer(name: string, last: ChatLine, reading: Reading): ChatAnswer {
  const { text, thinking, toolCalls, firstTokenMs } = reading;
  return {
    text,
    ...(thinking ? { thinking } : {}),
    toolCalls,
    finishReason: finishReason(last, toolCalls),
    usage: { inputTokens: last.prompt_eval_count, outputTokens: last.eval_count },
    timings: {
      totalMs: toMs(last.total_duration) ?? 0,
      loadMs: toMs(last.load_duration),
      promptMs: toMs(last.prompt_eval_duration),
      generateMs: toMs(last.eval_duration),
      firstTokenMs,
    },
    model: name,
  };
}

function finishReason(last: ChatLine, toolCalls: readonly ToolCall[]): FinishReason {
  if (last.done_reason === "length") return "length";
  return toolCalls.length > 0 ? "tool_calls" : "stop";
}

function toMs(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1e6;
}
