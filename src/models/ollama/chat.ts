import { systemClock, type Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type {
  ChatAnswer,
  ChatCall,
  ChatMessage,
  ChatModel,
  ChatRequest,
  FinishReason,
  ToolCall,
} from "../chat-model.ts";
import type { OllamaClient } from "./client.ts";
import type { ContextShare, StickyContext } from "./context.ts";
import { createInspector } from "./inspect.ts";
import { chatLine, type ChatLine } from "./protocol.ts";

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
}

export function createOllamaChat({
  client,
  model,
  provider = "ollama",
  context,
  allowRemote = [],
  clock = systemClock,
}: OllamaChatOptions): ChatModel {
  const facts = createInspector(client, { model, capability: "completion", allowRemote });
  const name = `${provider}/${model}`;
  return {
    name,
    async chat(request, call) {
      const { contextLength } = await facts(call.signal);
      const share = context.share(contextLength, request.options?.numCtx);
      const about = { model, contextLimit: share.limit };
      const sentAt = clock.now();
      const body = { ...toBody(model, request, share), keep_alive: call.keepAlive };
      const reading = startReading(call, () => clock.now() - sentAt);
      for await (const line of client.stream("/api/chat", chatLine, { body, about, signal: call.signal }))
        reading.take(line);
      const last = reading.end(model);
      refuseOverflow(last, request, share, name);
      return toAnswer(name, last, reading);
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

/**
 * An answer that the context cut off is refused, since its reader cannot tell it from a whole one. The server ends with
 * `length` for two causes, of which `maxTokens` is what the caller wanted.
 */
function refuseOverflow(
  last: ChatLine,
  { options = {} }: ChatRequest,
  { limit, numCtx }: ContextShare,
  name: string,
): void {
  const used = last.prompt_eval_count + last.eval_count;
  const isFull = last.done_reason === "length" && last.eval_count < (options.maxTokens ?? Number.POSITIVE_INFINITY);
  if (!isFull && (limit === numCtx || used <= limit)) return;
  const part = last.prompt_eval_count > limit ? "The prompt" : "The prompt and its answer";
  throw new TuttiError("model.context_overflow", `${part} took ${used} tokens; the context of ${name} has ${limit}`, {
    hint: "Send less, or raise numCtx as far as the model and the memory allow.",
    data: { used, limit },
  });
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
