import type { LanguageModelV4, LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";
import { TuttiError } from "../../core/error.ts";
import type { ProbeQuestion, ProbeReply, ProbeTarget } from "../probe/target.ts";
import { toChatFailure } from "./failure.ts";
import { contextOfLlamaCpp, findServed, type OpenAiServerOptions } from "./listing.ts";
import { toCallOptions } from "./prompt.ts";

export interface OpenAiProbeOptions {
  readonly options: OpenAiServerOptions;
  readonly model: string;
  readonly open: (model: string) => Promise<LanguageModelV4>;
}

/**
 * A model of a server that speaks as OpenAI does, asked as the chat asks it, with nothing changed in what it answers. Such a
 * server tells no times: they are taken on this side, from the request to the first piece and from there to the end.
 */
export function createOpenAiProbeTarget({ options, model, open }: OpenAiProbeOptions): ProbeTarget {
  const { name: server, contextLength = null } = options;
  const name = `${server}/${model}`;
  return {
    async describe(signal) {
      const { digest } = await findServed(options, model, signal);
      return { kind: "chat", abilities: [], contextAsked: contextLength, digest };
    },
    // When such a server loads is its own matter, and it does not tell.
    unload: async () => undefined,
    async ask(question, signal) {
      try {
        return await ask(await open(model), { question, signal, now: () => options.clock.now() });
      } catch (error) {
        signal.throwIfAborted();
        throw toChatFailure(error, { name, url: options.url });
      }
    },
    async embed() {
      throw new TuttiError("usage.invalid", `${name} is not known to be an embedder`);
    },
    async contextGranted(signal) {
      const { servedWith } = await findServed(options, model, signal);
      return servedWith ?? (await contextOfLlamaCpp(options, model, signal));
    },
  };
}

interface Asked {
  readonly question: ProbeQuestion;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

async function ask(model: LanguageModelV4, { question, signal, now }: Asked): Promise<ProbeReply> {
  const { prompt, tools, format, think, maxTokens } = question;
  const request = {
    messages: [{ role: "user" as const, content: prompt }],
    tools,
    format,
    options: { think, temperature: 0, seed: 1 },
  };
  const options = { ...toCallOptions(request, maxTokens), abortSignal: signal };
  if (!question.isStreamed) return toWhole(await model.doGenerate(options));
  const sentAt = now();
  let firstAt: number | undefined;
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of (await model.doStream(options)).stream) {
    if (part.type === "error") throw part.error;
    if (isPiece(part)) firstAt ??= now();
    parts.push(part);
  }
  return toReply(parts, { sentAt, firstAt, endedAt: now() });
}

function isPiece({ type }: LanguageModelV4StreamPart): boolean {
  return type === "text-delta" || type === "reasoning-delta" || type === "tool-input-start" || type === "tool-call";
}

interface Times {
  readonly sentAt: number;
  readonly firstAt: number | undefined;
  readonly endedAt: number;
}

function toReply(parts: readonly LanguageModelV4StreamPart[], { sentAt, firstAt, endedAt }: Times): ProbeReply {
  const joined = (type: "text-delta" | "reasoning-delta"): string =>
    parts.map((part) => (part.type === type ? part.delta : "")).join("");
  const end = parts.find((part) => part.type === "finish");
  const { promptTokens, outputTokens } = tokensOf(end?.usage);
  return {
    text: joined("text-delta"),
    thinking: joined("reasoning-delta"),
    toolCalls: parts.flatMap((part) => (part.type === "tool-call" ? toCall(part) : [])),
    isCut: end?.finishReason.unified === "length",
    promptTokens,
    outputTokens,
    loadMs: undefined,
    promptMs: firstAt === undefined ? undefined : firstAt - sentAt,
    // From the first token on there are as many spans as tokens after it.
    generateMs:
      firstAt === undefined || outputTokens < 2 ? undefined : ((endedAt - firstAt) * outputTokens) / (outputTokens - 1),
    firstTokenMs: firstAt === undefined ? undefined : firstAt - sentAt,
  };
}

function toWhole({ content, finishReason, usage }: Awaited<ReturnType<LanguageModelV4["doGenerate"]>>): ProbeReply {
  const joined = (type: "text" | "reasoning"): string =>
    content.map((part) => (part.type === type ? part.text : "")).join("");
  return {
    text: joined("text"),
    thinking: joined("reasoning"),
    toolCalls: content.flatMap((part) => (part.type === "tool-call" ? toCall(part) : [])),
    isCut: finishReason.unified === "length",
    ...tokensOf(usage),
    loadMs: undefined,
    promptMs: undefined,
    generateMs: undefined,
    firstTokenMs: undefined,
  };
}

/** A call whose arguments are no JSON is none that a flow could make. */
function toCall({ toolName: name, input }: { readonly toolName: string; readonly input: string }) {
  try {
    return [{ name, arguments: JSON.parse(input) as Record<string, unknown> }];
  } catch {
    return []; // Not native, then; JSON.parse throws for nothing else.
  }
}

function tokensOf(usage: LanguageModelV4Usage | undefined): { promptTokens: number; outputTokens: number } {
  return { promptTokens: usage?.inputTokens.total ?? 0, outputTokens: usage?.outputTokens.total ?? 0 };
}
