import { systemClock, type Clock } from "../../core/clock.ts";
import type { ProbeEmbedding, ProbeQuestion, ProbeReply, ProbeTarget } from "../probe/target.ts";
import type { OllamaClient } from "./client.ts";
import type { StickyContext } from "./context.ts";
import { digestOf } from "./digest.ts";
import { inspect, kindOf, refuseRemote } from "./inspect.ts";
import { isSameModel } from "./model-name.ts";
import { anyReply, chatLine, embedReply, runningReply, type ChatLine } from "./protocol.ts";

export interface OllamaProbeOptions {
  readonly client: OllamaClient;
  readonly model: string;
  /** That of the model's other calls: with another `num_ctx` the server would load the model anew, for them too. */
  readonly context: StickyContext;
  readonly allowRemote: readonly string[];
  readonly clock?: Clock | undefined;
}

/** Speaks to the server as the chat does, with the same context, but changes nothing of what it answers. */
export function createOllamaProbeTarget(options: OllamaProbeOptions): ProbeTarget {
  const { client, model, context, allowRemote } = options;
  return {
    async describe(signal) {
      const facts = await inspect(client, model, signal);
      refuseRemote(facts, { model, allowRemote });
      const { capabilities, contextLength } = facts;
      const kind = kindOf(capabilities);
      const contextAsked = kind === "chat" ? context.share(contextLength, undefined).numCtx : null;
      return { kind, abilities: capabilities, contextAsked, digest: await digestOf(client, model, signal) };
    },
    async unload(signal) {
      const body = { model, keep_alive: 0, stream: false };
      await client.request("/api/generate", anyReply, { body, about: { model }, signal });
    },
    ask: (question, signal) => ask(options, question, signal),
    embed: (text, signal) => embed(client, { model, text }, signal),
    async contextGranted(signal) {
      const { models } = await client.request("/api/ps", runningReply, { signal });
      return models.find(({ name }) => isSameModel(name, model))?.context_length ?? null;
    },
  };
}

async function ask(
  { client, model, context, clock = systemClock }: OllamaProbeOptions,
  question: ProbeQuestion,
  signal: AbortSignal,
): Promise<ProbeReply> {
  const { contextLength } = await inspect(client, model, signal);
  const { numCtx } = context.share(contextLength, undefined);
  const body = toBody(model, question, numCtx);
  const call = { body, about: { model, contextLimit: numCtx }, signal };
  const sentAt = clock.now();
  if (!question.isStreamed) return toReply([await client.request("/api/chat", chatLine, call)], undefined);
  const lines: ChatLine[] = [];
  let firstTokenMs: number | undefined;
  for await (const line of client.stream("/api/chat", chatLine, call)) {
    firstTokenMs ??= clock.now() - sentAt;
    lines.push(line);
  }
  return toReply(lines, firstTokenMs);
}

function toBody(model: string, { prompt, tools, format, think, isStreamed, maxTokens }: ProbeQuestion, numCtx: number) {
  return {
    model,
    messages: [{ role: "user", content: prompt }],
    ...(tools ? { tools: tools.map((tool) => ({ type: "function", function: tool })) } : {}),
    ...(format ? { format } : {}),
    ...(think === undefined ? {} : { think }),
    stream: isStreamed,
    truncate: false,
    shift: false,
    options: { num_ctx: numCtx, num_predict: maxTokens, temperature: 0, seed: 1 },
  };
}

function toReply(lines: readonly ChatLine[], firstTokenMs: number | undefined): ProbeReply {
  const last = lines.at(-1);
  const messages = lines.map(({ message }) => message);
  return {
    text: messages.map((message) => message?.content ?? "").join(""),
    thinking: messages.map((message) => message?.thinking ?? "").join(""),
    toolCalls: messages
      .flatMap((message) => message?.tool_calls ?? [])
      .map(({ function: { name, arguments: values } }) => ({ name, arguments: values })),
    isCut: last?.done_reason === "length",
    promptTokens: last?.prompt_eval_count ?? 0,
    outputTokens: last?.eval_count ?? 0,
    loadMs: toMs(last?.load_duration),
    promptMs: toMs(last?.prompt_eval_duration),
    generateMs: toMs(last?.eval_duration),
    firstTokenMs,
  };
}

async function embed(
  client: OllamaClient,
  { model, text }: { readonly model: string; readonly text: string },
  signal: AbortSignal,
): Promise<ProbeEmbedding> {
  const body = { model, input: [text], truncate: false };
  const reply = await client.request("/api/embed", embedReply, { body, about: { model }, signal });
  return {
    dimensions: reply.embeddings[0]?.length ?? 0,
    inputTokens: reply.prompt_eval_count,
    loadMs: toMs(reply.load_duration),
    totalMs: toMs(reply.total_duration) ?? 0,
  };
}

function toMs(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1e6;
}
