import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import type { ChatModel } from "./chat-model.ts";
import type { EmbeddingModel } from "./embedding-model.ts";
import { isAllowed, ollamaUrl } from "./ollama/address.ts";
import { createOllamaClient, type OllamaClient } from "./ollama/client.ts";
import type { Fetch } from "./ollama/patient-fetch.ts";
import { createOllamaProvider } from "./ollama/provider.ts";
import { layered } from "./layer.ts";
import type { ModelInfo, ModelProvider, Reachable } from "./provider.ts";

export interface ModelRegistryOptions {
  /** Any form of OLLAMA_HOST. */
  readonly ollamaUrl: string;
  /** What the name `default` stands for; without it, the first chat model that Ollama lists. */
  readonly defaultModel?: string | undefined;
  /** Tokens of context that a model is loaded with, unless a step asks for more. */
  readonly numCtx?: number | undefined;
  /** What a policy, or a step that asks for more, may raise it to. */
  readonly maxNumCtx?: number | undefined;
  /** Bytes that this machine could still give to a model. */
  readonly availableBytes?: (() => number) | undefined;
  readonly firstTokenTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** Hosts beyond this machine that prompts may be sent to: `gpu-box` or `gpu-box:11434`. */
  readonly allowRemote?: readonly string[] | undefined;
  /** Stands around every call of a chat model, inside of what tries again: a ledger, a budget. */
  readonly meter?: ((model: ChatModel) => ChatModel) | undefined;
  /** By the first part of a name: `{ scripted }` serves `scripted/…`. */
  readonly providers?: Readonly<Record<string, ModelProvider>> | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Models by name: `provider/name`, a bare name of Ollama, or `default`. The same name gives the same model object. Errors
 * as `ChatModel` says; `model.missing` for a provider that has no such kind of model.
 */
export interface ModelRegistry {
  /** The base URL of the Ollama server. */
  readonly url: string;
  /** Asks the server only for `default`; whether another model is installed shows at its first call. */
  chat(name?: string, signal?: AbortSignal): Promise<ChatModel>;
  embedding(name: string): Promise<EmbeddingModel>;
  list(signal?: AbortSignal): Promise<readonly ModelInfo[]>;
  /** Whether the provider of `name` (default: `default`) answers at all. Takes seconds at most and never throws. */
  reachable(name?: string, signal?: AbortSignal): Promise<Reachable>;
}

export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  const { defaultModel, allowRemote = [], numCtx, maxNumCtx, clock, availableBytes, meter } = options;
  const client = guard(openClient(options), allowRemote);
  const ollama = createOllamaProvider({ client, numCtx, maxNumCtx, allowRemote, clock, availableBytes });
  const providers = new Map<string, ModelProvider>(Object.entries({ ...options.providers, ollama }));
  const chats = new Map<string, ChatModel>();
  const embeddings = new Map<string, EmbeddingModel>();
  const find = (name: string): Place => place(name, providers);
  return {
    url: client.url,
    async chat(name = "default", signal = never()) {
      const given = name === "default" ? defaultModel : name;
      const { provider, model, full, source } = find(given ?? (await ollama.firstChatModel(signal)));
      return remember(chats, full, () =>
        layered(source.chat?.(model) ?? refuse(provider, "chat models"), { meter: meter ?? unmetered }),
      );
    },
    async embedding(name) {
      const { provider, model, full, source } = find(name);
      return remember(embeddings, full, () => source.embedding?.(model) ?? refuse(provider, "embedding models"));
    },
    async list(signal = never()) {
      const lists = await Promise.all(
        [...providers.values()].map(async (source) => (await source.list?.(signal)) ?? []),
      );
      return lists.flat();
    },
    async reachable(name = "default", signal = never()) {
      const { source } = find(name === "default" ? (defaultModel ?? "ollama/default") : name);
      return (await source.reachable?.(signal)) ?? { ok: true };
    },
  };
}

function openClient(options: ModelRegistryOptions): OllamaClient {
  const { fetch, clock, firstTokenTimeoutMs, timeoutMs } = options;
  return createOllamaClient({ url: ollamaUrl(options.ollamaUrl), fetch, clock, firstTokenTimeoutMs, timeoutMs });
}

/** A host that nobody allowed gets no request at all, whoever asks: not even its name is looked up. */
function guard(client: OllamaClient, allowRemote: readonly string[]): OllamaClient {
  if (isAllowed(client.url, allowRemote)) return client;
  const { hostname } = new URL(client.url);
  const refuseAll = (): never => {
    throw new TuttiError(
      "model.unreachable",
      `The model server ${client.url} is not on this machine, so it was not asked`,
      {
        hint: `Add ${hostname} to models.allowRemote to let prompts leave this machine.`,
        data: { url: client.url },
      },
    );
  };
  return { url: client.url, request: async () => refuseAll(), stream: refuseAll };
}

interface Place {
  readonly provider: string;
  readonly model: string;
  readonly full: string;
  readonly source: ModelProvider;
}

/** Only a known provider counts as one: `hf.co/owner/model` is a bare name of Ollama. */
function place(name: string, providers: ReadonlyMap<string, ModelProvider>): Place {
  const cut = name.indexOf("/");
  const first = name.slice(0, Math.max(0, cut));
  const provider = providers.has(first) ? first : "ollama";
  const model = (provider === first ? name.slice(cut + 1) : name).trim();
  const source = providers.get(provider);
  if (!source || model === "") {
    throw new TuttiError("usage.invalid", `${JSON.stringify(name)} names no model`, {
      hint: "Write it as provider/name, for example ollama/llama3.2; `tutti models list` shows what is there.",
    });
  }
  return { provider, model, full: `${provider}/${model}`, source };
}

const unmetered = (model: ChatModel): ChatModel => model;

function remember<Model>(known: Map<string, Model>, name: string, make: () => Model): Model {
  const model = known.get(name) ?? make();
  known.set(name, model);
  return model;
}

function refuse(provider: string, kind: string): never {
  throw new TuttiError("model.missing", `The provider ${provider} has no ${kind}`, {
    hint: "`tutti models list` shows what is there.",
  });
}

function never(): AbortSignal {
  return new AbortController().signal;
}
