import { z } from "zod";
import { toMs, type Duration } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import type { Skipped, Usage } from "../core/step.ts";
import type { EffectContext, EffectOutcome, EffectSpec } from "../core/verb.ts";
import type {
  ChatAnswer,
  ChatMessage,
  ChatModel,
  ChatOptions,
  FinishReason,
  ToolCall,
  ToolDefinition,
} from "../models/chat-model.ts";

export interface ModelRequest<Schema extends z.ZodType> {
  /** `provider/name`; default: the configured one, else the first that is installed. */
  readonly model?: string;
  readonly prompt?: string;
  readonly messages?: readonly ChatMessage[];
  readonly options?: ChatOptions;
  /** The answer must be JSON of this shape: `output` in the result. */
  readonly output?: Schema;
  /** Where no model is reachable the step is skipped, with the reason, and its text is empty. */
  readonly optional?: boolean;
  /** A prompt that does not fit is an error; it is never cut in silence. */
  readonly onOverflow?: "fail";
  readonly timeout?: Duration;
}

export interface ModelResult<Output> {
  readonly text: string;
  readonly output?: Output;
  readonly thinking?: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly finishReason?: FinishReason;
  readonly usage: { readonly inputTokens?: number; readonly outputTokens?: number };
  /** Milliseconds. */
  readonly timings?: ChatAnswer["timings"];
  readonly model?: string;
  readonly skipped?: Skipped;
}

export interface ModelPorts {
  chatModel(name: string | undefined, signal: AbortSignal): Promise<ChatModel>;
}

export interface ModelCall {
  readonly model: string | undefined;
  readonly messages: readonly ChatMessage[];
  readonly options: ChatOptions | undefined;
  readonly tools?: readonly ToolDefinition[];
  readonly schema?: z.ZodType | undefined;
  readonly isOptional: boolean;
}

export function modelEffect(ports: ModelPorts, name: string, request: ModelRequest<z.ZodType>): EffectSpec {
  const { model, options, output, optional, timeout } = request;
  const messages = toMessages(name, request);
  return {
    kind: "model",
    name,
    input: { model: model ?? null, messages, options: options ?? null },
    ...(timeout === undefined ? {} : { timeoutMs: toMs(timeout) }),
    perform: (context) =>
      performModel(ports, context, { model, messages, options, schema: output, isOptional: optional ?? false }),
  };
}

/** One call of a chat model as an effect's outcome: its answer, or skipped where that is allowed. */
export async function performModel(ports: ModelPorts, context: EffectContext, call: ModelCall): Promise<EffectOutcome> {
  try {
    const model = await ports.chatModel(call.model, context.signal);
    const answer = await model.chat(
      {
        messages: call.messages,
        options: call.options,
        tools: call.tools,
        format: call.schema ? z.toJSONSchema(call.schema) : undefined,
      },
      { signal: context.signal, onChunk: (chunk) => context.live({ [chunk.kind]: chunk.text }) },
    );
    return { status: "succeeded", result: toResult(answer, call.schema), usage: toUsage(answer) };
  } catch (error) {
    if (call.isOptional && isWithoutModel(error)) return skip(error);
    throw error;
  }
}

function toMessages(name: string, { prompt, messages = [] }: ModelRequest<z.ZodType>): readonly ChatMessage[] {
  const all: readonly ChatMessage[] =
    prompt === undefined ? messages : [...messages, { role: "user", content: prompt }];
  if (all.length === 0) throw new TuttiError("usage.invalid", `model step "${name}" has neither prompt nor messages`);
  return all;
}

function toResult(answer: ChatAnswer, schema: z.ZodType | undefined): ModelResult<unknown> {
  const { text, thinking, toolCalls, finishReason, usage, timings, model } = answer;
  return {
    text,
    ...(schema ? { output: parseOutput(answer, schema) } : {}),
    ...(thinking === undefined ? {} : { thinking }),
    ...(toolCalls.length > 0 ? { toolCalls } : {}),
    finishReason,
    usage: { ...usage },
    timings,
    model,
  };
}

function parseOutput({ text, model }: ChatAnswer, schema: z.ZodType): unknown {
  const parsed = schema.safeParse(parseJson(text, model));
  if (parsed.success) return parsed.data;
  throw new TuttiError(
    "model.output_invalid",
    `the answer of ${model} does not fit the schema: ${z.prettifyError(parsed.error)}`,
    {
      data: { text: text.slice(0, 2_000) },
    },
  );
}

function parseJson(text: string, model: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TuttiError("model.output_invalid", `the answer of ${model} is not JSON`, {
      cause: error,
      data: { text: text.slice(0, 2_000) },
    });
  }
}

function toUsage({ usage, timings, model }: ChatAnswer): Usage {
  return {
    calls: 1,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    modelMs: Math.round(timings.totalMs),
    models: [model],
  };
}

function isWithoutModel(error: unknown): error is TuttiError {
  return error instanceof TuttiError && (error.code === "model.unreachable" || error.code === "model.missing");
}

function skip(error: TuttiError): EffectOutcome {
  const skipped = {
    reason: error.code === "model.unreachable" ? `no model reachable: ${error.message}` : error.message,
    hint: error.hint ?? "Start Ollama with `ollama serve` and pull a model with `ollama pull llama3.2`.",
  };
  return { status: "skipped", result: { text: "", usage: {}, skipped }, skipped };
}
