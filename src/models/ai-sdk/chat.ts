import type { LanguageModelV4, LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";
import { systemClock, type Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { refuseCut } from "./context.ts";
import { toChatFailure, type AiSdkAbout } from "./failure.ts";
import { toCallOptions } from "./prompt.ts";
import type { ChatAnswer, ChatCall, ChatModel, ChatRequest, ChatUsage, FinishReason, ToolCall } from "../chat-model.ts";
import { startDeadline, type Deadline } from "../ollama/deadline.ts";

export interface LanguageModelOptions {
  /** `provider/name`; default: what the model says of itself. */
  readonly name?: string | undefined;
  /** Tokens of context that the server runs the model with; unset: not known. */
  readonly contextLength?: number | undefined;
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Any language model of the AI SDK (specification v4) as a `ChatModel`: streams, tool calls, deadlines, abort.
 *
 * Most servers behind such models cut a prompt that is too long and say nothing. What can be seen afterwards is refused:
 * counts beyond `numCtx` or `contextLength`, an answer that ended for length before its limit, and a count too small for
 * the text that was sent. A cut of less than about half cannot be seen where `contextLength` is not given.
 *
 *     import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
 *     const model = fromLanguageModel(createOpenAICompatible({ name: "box", baseURL, includeUsage: true })("qwen3"));
 */
export function fromLanguageModel(model: LanguageModelV4, options: LanguageModelOptions = {}): ChatModel {
  const { clock = systemClock, contextLength } = options;
  const name = options.name ?? `${model.provider.split(".")[0]}/${model.modelId}`;
  return {
    name,
    async chat(request, call) {
      const limit = smaller(request.options?.numCtx, contextLength);
      using deadline = startDeadline({
        clock,
        signal: call.signal,
        what: name,
        totalMs: options.timeoutMs ?? defaultTimeoutMs,
        firstTokenMs: options.firstTokenTimeoutMs ?? defaultFirstTokenTimeoutMs,
      });
      const startedAt = clock.now();
      const reading = startReading(call, deadline, () => clock.now() - startedAt);
      await readAll({ model, request, limit, deadline, reading, about: { name, limit } });
      return toAnswer(name, { request, limit, reading, totalMs: clock.now() - startedAt });
    },
  };
}

// As the client of Ollama has them.
const defaultFirstTokenTimeoutMs = 120_000;
const defaultTimeoutMs = 600_000;

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

interface Conversation {
  readonly model: LanguageModelV4;
  readonly request: ChatRequest;
  readonly limit: number | undefined;
  readonly deadline: Deadline;
  readonly reading: Reading;
  readonly about: AiSdkAbout;
}

async function readAll({ model, request, limit, deadline, reading, about }: Conversation): Promise<void> {
  try {
    deadline.signal.throwIfAborted();
    // A server that knows nothing of our limit would write on until its own context is full.
    const answerLimit = smaller(request.options?.maxTokens, limit);
    const options = { ...toCallOptions(request, answerLimit), abortSignal: deadline.signal };
    const { stream } = await model.doStream(options);
    for await (const part of stream) {
      deadline.signal.throwIfAborted();
      reading.take(part);
      deadline.signal.throwIfAborted();
    }
  } catch (error) {
    const reason: unknown = deadline.signal.reason;
    throw reason instanceof TuttiError ? reason : toChatFailure(error, about);
  }
}

interface Reading {
  text: string;
  thinking: string;
  readonly toolCalls: ToolCall[];
  firstTokenMs: number | undefined;
  end: Extract<LanguageModelV4StreamPart, { type: "finish" }> | undefined;
  take(part: LanguageModelV4StreamPart): void;
}

function startReading({ onChunk }: ChatCall, deadline: Deadline, elapsedMs: () => number): Reading {
  const began = (): void => {
    reading.firstTokenMs ??= elapsedMs();
    deadline.started();
  };
  const add = (kind: "text" | "thinking", text: string): void => {
    if (text === "") return;
    began();
    reading[kind] += text;
    onChunk?.({ kind, text });
  };
  const reading: Reading = {
    text: "",
    thinking: "",
    toolCalls: [],
    firstTokenMs: undefined,
    end: undefined,
    take(part) {
      switch (part.type) {
        case "text-delta":
          return add("text", part.delta);
        case "reasoning-delta":
          return add("thinking", part.delta);
        case "tool-input-start":
          return began();
        case "tool-call": {
          began();
          const input = parseInput(part.input);
          // What is not JSON goes on as text, for whoever repairs tool calls: the name and what the model wrote.
          if (!input) return add("text", `{"name": ${JSON.stringify(part.toolName)}, "arguments": ${part.input}}`);
          reading.toolCalls.push({ name: part.toolName, arguments: input, id: part.toolCallId });
          return onChunk?.({ kind: "tool_call", text: part.toolName });
        }
        case "error":
          throw part.error;
        case "finish":
          reading.end = part;
          return;
        default: // Beginnings and ends of what came above, and files, sources and results of tools that were not asked for.
      }
    },
  };
  return reading;
}

function parseInput(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined; // Handed on as text: see above.
  }
}

interface Ended {
  readonly request: ChatRequest;
  readonly limit: number | undefined;
  readonly reading: Reading;
  readonly totalMs: number;
}

function toAnswer(name: string, { request, limit, reading, totalMs }: Ended): ChatAnswer {
  const { end, text, thinking, toolCalls, firstTokenMs } = reading;
  if (!end) throw new TuttiError("model.bad_answer", `${name} ended its answer in the middle`);
  const usage = toUsage(name, end.usage);
  const finishReason = toFinishReason(name, end.finishReason, toolCalls.length > 0);
  refuseCut({ name, request, limit, usage, isCutOff: finishReason === "length" });
  return {
    text,
    ...(thinking === "" ? {} : { thinking }),
    toolCalls,
    finishReason,
    usage,
    timings: { totalMs, firstTokenMs },
    model: name,
  };
}

/** A count that is missing is not zero: without it nobody could see that the prompt was cut, or what it cost. */
function toUsage(name: string, { inputTokens, outputTokens }: LanguageModelV4Usage): ChatUsage {
  const [input, output] = [inputTokens.total, outputTokens.total];
  if (input === undefined || output === undefined) {
    throw new TuttiError("model.bad_answer", `${name} did not tell how many tokens it has read and written`, {
      hint: "Without the counts a cut prompt cannot be seen. Take a server that sends usage with a stream (stream_options.include_usage).",
    });
  }
  const { cacheRead } = inputTokens;
  const { reasoning } = outputTokens;
  return {
    inputTokens: input,
    outputTokens: output,
    ...(cacheRead === undefined ? {} : { cachedTokens: cacheRead }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  };
}

function toFinishReason(
  name: string,
  { unified, raw }: { readonly unified: string; readonly raw: string | undefined },
  hasCalls: boolean,
): FinishReason {
  if (unified === "length") return "length";
  if (unified === "error" || unified === "content-filter" || unified === "interrupted") {
    throw new TuttiError("model.bad_answer", `${name} ended its answer with ${raw ?? unified}`);
  }
  return hasCalls ? "tool_calls" : "stop";
}
