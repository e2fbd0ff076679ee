import { z } from "zod";
import { toMs, type Duration } from "../core/duration.ts";
import { TuttiError, toFailure, type Failure } from "../core/error.ts";
import { issueInWords, issuesInWords } from "../core/issue.ts";
import type { Skipped, Usage } from "../core/step.ts";
import type { EffectContext, EffectOutcome, EffectSpec } from "../core/verb.ts";
import type {
  ChatAnswer,
  ChatCaller,
  ChatMessage,
  ChatModel,
  ChatOptions,
  FinishReason,
  OverflowPolicy,
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
  /** What to do with a prompt that does not fit; it is never cut in silence. Default: `fail`. */
  readonly onOverflow?: OverflowPolicy;
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
  readonly agent?: string | undefined;
  readonly onOverflow?: OverflowPolicy | undefined;
}

export function modelEffect(ports: ModelPorts, name: string, request: ModelRequest<z.ZodType>): EffectSpec {
  const { model, options, output, optional, timeout, onOverflow } = request;
  const messages = toMessages(name, request);
  return {
    kind: "model",
    name,
    input: { model: model ?? null, messages, options: options ?? null },
    ...(timeout === undefined ? {} : { timeoutMs: toMs(timeout) }),
    perform: (context) =>
      performModel(ports, context, {
        model,
        messages,
        options,
        schema: output,
        isOptional: optional ?? false,
        onOverflow,
      }),
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
        // What the model is to write is what the schema takes: a transform has no JSON Schema of its own.
        format: call.schema ? z.toJSONSchema(call.schema, { io: "input" }) : undefined,
        onOverflow: call.onOverflow,
      },
      {
        signal: context.signal,
        onChunk: (chunk) => context.live({ [chunk.kind]: chunk.text }),
        caller: callerOf(context, call.agent),
      },
    );
    return toOutcome(answer, call.schema);
  } catch (error) {
    // "The run was cancelled" says more than "the call was aborted".
    context.signal.throwIfAborted();
    if (call.isOptional && isWithoutModel(error)) return skip(error);
    throw error;
  }
}

function callerOf(context: EffectContext, agent: string | undefined): ChatCaller {
  const { run, flow, key, attempt } = context;
  return { run, flow, key, attempt, agent, join: (writes) => context.join(writes) };
}

function toMessages(name: string, { prompt, messages = [] }: ModelRequest<z.ZodType>): readonly ChatMessage[] {
  const all: readonly ChatMessage[] =
    prompt === undefined ? messages : [...messages, { role: "user", content: prompt }];
  if (all.length === 0) throw new TuttiError("usage.invalid", `model step "${name}" has neither prompt nor messages`);
  return all;
}

/** An answer that does not fit the schema has cost its tokens all the same. */
function toOutcome(answer: ChatAnswer, schema: z.ZodType | undefined): EffectOutcome {
  const usage = toUsage(answer);
  if (!schema) return { status: "succeeded", result: toResult(answer), usage };
  const parsed = parseOutput(answer, schema);
  if ("problem" in parsed) return { status: "failed", failure: invalidOutput(answer, parsed.problem), usage };
  return { status: "succeeded", result: { ...toResult(answer), output: parsed.output }, usage };
}

function toResult(answer: ChatAnswer): ModelResult<unknown> {
  const { text, thinking, toolCalls, finishReason, usage, timings, model } = answer;
  return {
    text,
    ...(thinking === undefined ? {} : { thinking }),
    ...(toolCalls.length > 0 ? { toolCalls } : {}),
    finishReason,
    usage: { ...usage },
    timings,
    model,
  };
}

function parseOutput({ text }: ChatAnswer, schema: z.ZodType): { output: unknown } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" }; // JSON.parse throws for nothing else; the text itself is in the failure
  }
  const parsed = schema.safeParse(value, { error: issueInWords });
  return parsed.success
    ? { output: parsed.data }
    : { problem: `does not fit the schema: ${issuesInWords(parsed.error.issues)}` };
}

function invalidOutput({ text, model, finishReason }: ChatAnswer, problem: string): Failure {
  const hint =
    finishReason === "length"
      ? "The answer was cut off: raise options.maxTokens."
      : "Try again, simplify the schema, or take a larger model.";
  const error = new TuttiError("model.output_invalid", `the answer of ${model} ${problem}`, {
    hint,
    data: { text: text.slice(0, 2_000) },
  });
  return toFailure(error, "model.output_invalid");
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

/** The reason is one that scripts may compare and receipts count; what happened stands before what to do about it. */
function skip(error: TuttiError): EffectOutcome {
  const advice = error.hint ?? "Start Ollama with `ollama serve` and pull a model with `ollama pull llama3.2`.";
  const skipped =
    error.code === "model.unreachable"
      ? { reason: "no model reachable", hint: `${error.message}. ${advice}` }
      : { reason: error.message, hint: advice };
  return { status: "skipped", result: { text: "", usage: {}, skipped }, skipped };
}
