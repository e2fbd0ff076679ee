import type { z } from "zod";
import { toMs, type Duration } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import type { EffectContext, EffectOutcome, EffectSpec } from "../../core/verb.ts";
import type { ChatCaller, ChatChunk, ChatMessage, ChatOptions, OverflowPolicy } from "../../models/chat-model.ts";
import { outputSchema } from "../../models/output/structured-output.ts";
import type { ModelCall, ModelPorts } from "./model-call.ts";
import { refuseOptions } from "./model-options.ts";
import { askForOutput } from "./model-output.ts";
import { succeeded } from "./model-result.ts";

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

export function modelEffect(ports: ModelPorts, name: string, request: ModelRequest<z.ZodType>): EffectSpec {
  const { model, options, output, optional, timeout, onOverflow } = request;
  refuseOptions("usage.invalid", `model step "${name}"`, request);
  const messages = toMessages(name, request);
  return {
    kind: "model",
    name,
    input: { model: model ?? null, messages, options: options ?? null },
    ...(timeout === undefined ? {} : { timeoutMs: toMs(timeout) }),
    revise: (changed) => modelEffect(ports, name, { ...request, ...modelIn(changed) }),
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

/** What may be changed about a model step: which model it is. */
export function modelIn(input: unknown): { readonly model?: string } {
  if (typeof input !== "object" || input === null || !("model" in input)) return {};
  return typeof input.model === "string" ? { model: input.model } : {};
}

/** One call of a chat model as an effect's outcome: its answer, or skipped where that is allowed. */
export async function performModel(ports: ModelPorts, context: EffectContext, call: ModelCall): Promise<EffectOutcome> {
  try {
    const model = await ports.chatModel(call.model, context.signal);
    const chat = { signal: context.signal, onChunk: toLive(context), caller: callerOf(context, call.agent) };
    const { messages, options, tools, onOverflow, schema } = call;
    const request = { messages, options, tools, onOverflow };
    if (!schema) return succeeded([await model.chat(request, chat)], call);
    const quirks = (await ports.quirksOf?.(model.name)) ?? {};
    const output = outputSchema(schema);
    const asking = { output, quirks, tell: (data: object) => context.live({ ...data }) };
    const told = tools ? call : { ...call, given: { tools: [], format: output.format } };
    return await askForOutput((sent) => model.chat(sent, chat), request, { ...asking, call: told });
  } catch (error) {
    // "The run was cancelled" says more than "the call was aborted".
    context.signal.throwIfAborted();
    if (call.isOptional && isWithoutModel(error)) return skip(error);
    throw error;
  }
}

function toLive(context: EffectContext): (chunk: ChatChunk) => void {
  return ({ kind, text, firstTokenMs }) =>
    context.live({ [kind]: text, ...(firstTokenMs === undefined ? {} : { firstTokenMs }) });
}

function callerOf(context: EffectContext, agent: string | undefined): ChatCaller {
  const { run, flow, key, attempt, priority } = context;
  return { run, flow, key, attempt, priority, agent, join: (writes) => context.join(writes) };
}

function toMessages(name: string, { prompt, messages = [] }: ModelRequest<z.ZodType>): readonly ChatMessage[] {
  const all: readonly ChatMessage[] =
    prompt === undefined ? messages : [...messages, { role: "user", content: prompt }];
  if (all.length === 0) throw new TuttiError("usage.invalid", `model step "${name}" has neither prompt nor messages`);
  const wrong = all.find(({ content }) => typeof content !== "string");
  if (!wrong) return all;
  throw new TuttiError("usage.invalid", `model step "${name}" was given a prompt or a message that is not text`, {
    hint: "Make text of it first, for example with JSON.stringify.",
  });
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
