import type { LanguageModelV4 } from "@ai-sdk/provider";
import { withFixedWindow } from "../context/fixed-window.ts";
import { TuttiError } from "../../core/error.ts";
import { fromLanguageModel } from "./chat.ts";
import { createOpenAiKeeper } from "./keeper.ts";
import { listServed, type OpenAiServerOptions } from "./listing.ts";
import type { ChatModel } from "../chat-model.ts";
import type { Fetch } from "../ollama/patient-fetch.ts";
import type { ModelInfo } from "../model-info.ts";
import type { ModelProvider, Reachable } from "../provider.ts";

/** A server that speaks as OpenAI's chat completions do: llama.cpp, LM Studio, vLLM. The SDK is loaded with the first call. */
export function createOpenAiProvider(options: OpenAiServerOptions): ModelProvider {
  return {
    chat(model) {
      const chat = lazyChat(options, model);
      return options.contextLength === undefined ? chat : withFixedWindow(chat, options.contextLength);
    },
    list: (signal) => list(options, signal),
    async firstChatModel(signal) {
      const [first] = await list(options, signal);
      if (first) return first.name;
      throw new TuttiError("model.missing", `The server ${options.name} at ${options.url} names no model`);
    },
    reachable: (signal) => reachable(options, signal),
    keeper: createOpenAiKeeper(options, (model) => openModel(options, model)),
  };
}

function lazyChat(options: OpenAiServerOptions, model: string): ChatModel {
  const name = `${options.name}/${model}`;
  let made: Promise<ChatModel> | undefined;
  return {
    name,
    chat: async (request, call) => (await (made ??= openChat(options, name, model))).chat(request, call),
  };
}

async function openChat(options: OpenAiServerOptions, name: string, model: string): Promise<ChatModel> {
  const { contextLength, firstTokenTimeoutMs, timeoutMs, clock } = options;
  const served = await openModel(options, model);
  return fromLanguageModel(served, { name, contextLength, firstTokenTimeoutMs, timeoutMs, clock });
}

async function openModel(options: OpenAiServerOptions, model: string): Promise<LanguageModelV4> {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const { url, apiKey } = options;
  const provider = createOpenAICompatible({
    name: options.name,
    baseURL: url,
    ...(apiKey === undefined ? {} : { apiKey }),
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: sdkFetch(options.fetch),
  });
  return provider(model);
}

/** Ours follows no redirect and has no clock of its own. */
function sdkFetch(fetch: Fetch): typeof globalThis.fetch {
  return (url, init) => {
    const { headers, body, signal } = init ?? {};
    return fetch(url instanceof Request ? url.url : url.toString(), {
      method: "POST",
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof body === "string" ? { body } : {}),
      signal: signal ?? new AbortController().signal,
      redirect: "error",
    });
  };
}

async function list(options: OpenAiServerOptions, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  const served = await listServed(options, signal);
  // Embedders are among them, and nothing tells them apart.
  return served.map(({ id, digest, madeFor, servedWith }) => ({
    name: id,
    provider: options.name,
    kind: "chat",
    sizeBytes: null,
    contextLength: options.contextLength ?? servedWith ?? madeFor,
    capabilities: [],
    loaded: false,
    digest,
  }));
}

async function reachable(options: OpenAiServerOptions, signal: AbortSignal): Promise<Reachable> {
  try {
    await listServed(options, signal);
    return { ok: true };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: message, hint: `Start the server ${options.name}, or correct models.openai.` };
  }
}
