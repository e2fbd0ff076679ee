import { withFixedWindow } from "../context/fixed-window.ts";
import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import { fromLanguageModel } from "./chat.ts";
import { toChatFailure } from "./failure.ts";
import type { ChatModel } from "../chat-model.ts";
import type { Fetch } from "../ollama/patient-fetch.ts";
import type { ModelInfo } from "../model-info.ts";
import type { ModelProvider, Reachable } from "../provider.ts";

export interface OpenAiServerOptions {
  /** The first part of its models' names. */
  readonly name: string;
  /** With its path, such as `http://127.0.0.1:1234/v1`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly contextLength?: number | undefined;
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

// As for an Ollama: a person waits for it.
const probeTimeoutMs = 3_000;

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
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const { url, apiKey, contextLength, firstTokenTimeoutMs, timeoutMs, clock } = options;
  const provider = createOpenAICompatible({
    name: options.name,
    baseURL: url,
    ...(apiKey === undefined ? {} : { apiKey }),
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: sdkFetch(options.fetch),
  });
  return fromLanguageModel(provider(model), { name, contextLength, firstTokenTimeoutMs, timeoutMs, clock });
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

const modelsReply = z.object({ data: z.array(z.object({ id: z.string() })).nullish() });

async function list(options: OpenAiServerOptions, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  const { data } = modelsReply.parse(await get(options, "/models", signal));
  // The interface tells nothing but names; embedders are among them.
  return (data ?? []).map(({ id }) => ({
    name: id,
    provider: options.name,
    kind: "chat",
    sizeBytes: null,
    contextLength: options.contextLength ?? null,
    capabilities: [],
    loaded: false,
  }));
}

async function get(
  { url, name, apiKey, fetch, clock }: OpenAiServerOptions,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const controller = new AbortController();
  const withdraw = clock.after(probeTimeoutMs, () => controller.abort(new Error("no answer within 3 s")));
  try {
    const response = await fetch(`${url}${path}`, {
      method: "GET",
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.any([signal, controller.signal]),
      redirect: "error",
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as unknown;
    throw Object.assign(new Error(text.slice(0, 200)), { statusCode: response.status, url });
  } catch (error) {
    throw toChatFailure(error, { name, url });
  } finally {
    withdraw();
  }
}

async function reachable(options: OpenAiServerOptions, signal: AbortSignal): Promise<Reachable> {
  try {
    modelsReply.parse(await get(options, "/models", signal));
    return { ok: true };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: message, hint: `Start the server ${options.name}, or correct models.openai.` };
  }
}
