import { systemClock, type Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { systemRandom, type Random } from "../core/random.ts";
import { createModuleProvider } from "./ai-sdk/module.ts";
import type { ChatModel } from "./chat-model.ts";
import type { EmbeddingModel } from "./embedding-model.ts";
import { inLine, layered, layeredPool } from "./layer.ts";
import type { ProbeStore } from "./model-store.ts";
import type { Fetch } from "./ollama/patient-fetch.ts";
import { layeredProbe } from "./probe/layer.ts";
import type { ProbeFacts } from "./probe/probe.ts";
import type { ProbeTarget } from "./probe/target.ts";
import { createFactsReader, type KeptModel } from "./probe/fact.ts";
import type { ModelInfo } from "./model-info.ts";
import type { ModelProvider, Reachable } from "./provider.ts";
import { scheduledEmbedding } from "./scheduler/call.ts";
import { failover, type Candidate } from "./server/failover.ts";
import {
  createOllamaServer,
  createOpenAiServer,
  type ModelServer,
  type OpenAiAddress,
  type ServerAddress,
  type ServerDefaults,
} from "./server/server.ts";

export interface ModelRegistryOptions extends Omit<ServerDefaults, "clock" | "random"> {
  /** Any form of OLLAMA_HOST: the server `ollama`. */
  readonly ollamaUrl: string;
  /** More Ollama servers by name: `{ fast }` serves `fast/…`. */
  readonly servers?: Readonly<Record<string, ServerAddress>> | undefined;
  /** Servers that speak as OpenAI's chat completions do, by name. */
  readonly openai?: Readonly<Record<string, OpenAiAddress>> | undefined;
  /** Files whose default export is a provider of the AI SDK, by name, relative to `folder`. */
  readonly modules?: Readonly<Record<string, string>> | undefined;
  readonly folder?: string | undefined;
  /** Servers that have the same models: a name without a server, and `default`, is asked of the first that is there. */
  readonly failover?: readonly string[] | undefined;
  /** What the name `default` stands for; without it, the first chat model that Ollama lists. */
  readonly defaultModel?: string | undefined;
  /** Stands around every call of a chat model, inside of what tries again: a ledger, a budget. */
  readonly meter?: ((model: ChatModel, kind?: "probe") => ChatModel) | undefined;
  readonly meterEmbedding?: ((model: EmbeddingModel) => EmbeddingModel) | undefined;
  /** By the first part of a name: `{ scripted }` serves `scripted/…`. */
  readonly providers?: Readonly<Record<string, ModelProvider>> | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Where `factsOf` looks; without it nothing is known of any model. */
  readonly probes?: ProbeStore | undefined;
}

/**
 * Models by name: `provider/name`, a bare name of Ollama, or `default`. The same name gives the same model object. Errors
 * as `ChatModel` says; `model.missing` for a provider that has no such kind of model.
 */
export interface ModelRegistry {
  /** The base URL of the server `ollama`. */
  readonly url: string;
  /** Every model server with the line before it: `ollama` first. */
  servers(): readonly ModelServer[];
  /** Asks the server only for `default`; whether another model is installed shows at its first call. */
  chat(name?: string, signal?: AbortSignal): Promise<ChatModel>;
  embedding(name: string): Promise<EmbeddingModel>;
  list(signal?: AbortSignal): Promise<readonly ModelInfo[]>;
  /** Whether the provider of `name` (default: `default`) answers at all. Takes seconds at most and never throws. */
  reachable(name?: string, signal?: AbortSignal): Promise<Reachable>;
  /** Tokens that a call of the model may fill now, of its server, and of that alone; undefined where nobody knows. */
  contextOf(name: string): number | undefined;
  /** The model at the server that keeps it, whether it is there or not; `usage.invalid` where its provider keeps none. */
  keeperOf(name?: string, signal?: AbortSignal): Promise<KeptModel>;
  /** The same, for measuring it: its calls stand in line and are metered as others are. */
  probeOf(name?: string, signal?: AbortSignal): Promise<KeptModel & { readonly target: ProbeTarget }>;
  /** What a probe has measured of the model as it is now; null where none has. Never throws for a model that can be named. */
  factsOf(name: string, signal?: AbortSignal): Promise<ProbeFacts | null>;
}

export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  const { defaultModel, meter = unmetered, meterEmbedding = unmetered } = options;
  const servers = createServers(options);
  const pool = poolOf(options.failover ?? [], servers);
  const providers = new Map([...servers].map(([name, { provider }]) => [name, provider] as const));
  for (const [name, provider] of Object.entries(otherProviders(options))) add(providers, name, provider);
  const first = pool[0] ?? servers.get("ollama");
  const chats = new Map<string, ChatModel>();
  const embeddings = new Map<string, EmbeddingModel>();
  const find = (name: string): Place => place(name, providers, first?.name ?? "ollama");
  const findDefault = async (name: string, signal: AbortSignal): Promise<Place> => {
    const given = name === "default" ? defaultModel : name;
    return find(given ?? (await firstChatModel(first, pool, signal)));
  };
  const facts = options.probes && createFactsReader(options.probes, options.clock ?? systemClock);
  return {
    url: servers.get("ollama")?.url ?? "",
    servers: () => [...servers.values()],
    async chat(name = "default", signal = never()) {
      const found = await findDefault(name, signal);
      if (pool.length > 1 && !found.isPinned) {
        return remember(chats, `any of ${found.model}`, () => layeredPool(spread({ pool, model: found.model, meter })));
      }
      const { provider, model, full, source } = found;
      return remember(chats, full, () =>
        layered(source.chat?.(model) ?? refuse(provider, "chat models"), {
          schedule: servers.get(provider)?.schedule(model, "wait"),
          meter,
        }),
      );
    },
    async embedding(name) {
      const { provider, model, full, source } = find(name);
      return remember(embeddings, full, () => {
        const made = source.embedding?.(model) ?? refuse(provider, "embedding models");
        const server = servers.get(provider);
        return meterEmbedding(server ? scheduledEmbedding(made, server.schedule(model, "wait")) : made);
      });
    },
    list: (signal = never()) => listAll([...providers.values()], signal),
    async reachable(name = "default", signal = never()) {
      const { source } = await ofPool(find(name === "default" ? (defaultModel ?? "default") : name), pool, signal);
      return (await source.reachable?.(signal)) ?? { ok: true };
    },
    contextOf: (name) => {
      const { source, model } = find(name);
      return source.contextOf?.(model);
    },
    async keeperOf(name = "default", signal = never()) {
      return kept(await ofPool(await findDefault(name, signal), pool, signal));
    },
    async probeOf(name = "default", signal = never()) {
      return probed(await ofPool(await findDefault(name, signal), pool, signal), { servers, meter });
    },
    async factsOf(name, signal = never()) {
      const found = find(name);
      return facts && found.source.keeper ? facts(kept(found), signal) : null;
    },
  };
}

/** What a name without a server means now: the first of the pool that is there, as calls do; the first where none is. */
async function ofPool(found: Place, pool: readonly ModelServer[], signal: AbortSignal): Promise<Place> {
  if (found.isPinned) return found;
  for (const { name, provider, health } of pool) {
    if ((await health.look(signal)).ok)
      return { ...found, provider: name, full: `${name}/${found.model}`, source: provider };
  }
  return found;
}

function createServers(options: ModelRegistryOptions): ReadonlyMap<string, ModelServer> {
  const { ollamaUrl: url, servers = {}, openai = {}, clock = systemClock, random = systemRandom } = options;
  const defaults: ServerDefaults = { ...options, clock, random };
  const made = new Map<string, ModelServer>([["ollama", createOllamaServer("ollama", { url }, defaults)]]);
  for (const [name, address] of Object.entries(servers)) add(made, name, createOllamaServer(name, address, defaults));
  for (const [name, address] of Object.entries(openai)) add(made, name, createOpenAiServer(name, address, defaults));
  return made;
}

function kept({ provider, model, source }: Place): KeptModel {
  const { keeper } = source;
  if (!keeper) {
    throw new TuttiError("usage.invalid", `The models of ${provider} cannot be pulled, removed or probed`, {
      hint: "Only those of a model server can: `tutti models list` shows whose they are.",
    });
  }
  const name = keeper.canonical(model);
  return { keeper, model: name, asked: model, full: `${provider}/${name}` };
}

interface Probing {
  readonly servers: ReadonlyMap<string, ModelServer>;
  readonly meter: NonNullable<ModelRegistryOptions["meter"]>;
}

function probed(found: Place, { servers, meter }: Probing): KeptModel & { readonly target: ProbeTarget } {
  const model = kept(found);
  const schedule = servers.get(found.provider)?.schedule(model.model, "wait");
  const layers = { schedule, meter: (chat: ChatModel): ChatModel => meter(chat, "probe") };
  return { ...model, target: layeredProbe(model.keeper.probe(model.model), model.full, layers) };
}

/** What is called at once, without a line. */
function otherProviders(options: ModelRegistryOptions): Record<string, ModelProvider> {
  const { providers = {}, modules = {}, folder = ".", firstTokenTimeoutMs, timeoutMs, clock } = options;
  const ofModules = Object.entries(modules).map(
    ([name, path]) =>
      [name, createModuleProvider({ name, path, folder, firstTokenTimeoutMs, timeoutMs, clock })] as const,
  );
  return { ...providers, ...Object.fromEntries(ofModules) };
}

/** Two things of one name would hide each other. */
function add<Value>(known: Map<string, Value>, name: string, value: Value): void {
  if (known.has(name)) {
    throw new TuttiError("config.invalid", `Two model servers are called ${JSON.stringify(name)}`, {
      hint: "A name may stand once in models.servers, models.openai and models.modules.",
    });
  }
  known.set(name, value);
}

function poolOf(names: readonly string[], servers: ReadonlyMap<string, ModelServer>): readonly ModelServer[] {
  return names.map((name) => {
    const server = servers.get(name);
    if (server) return server;
    throw new TuttiError("config.invalid", `models.failover names ${JSON.stringify(name)}, which is no model server`, {
      hint: `There are: ${[...servers.keys()].join(", ")}. More are named in models.servers and models.openai.`,
    });
  });
}

interface Spread {
  readonly pool: readonly ModelServer[];
  readonly model: string;
  readonly meter: (model: ChatModel) => ChatModel;
}

/** The same model on every server of the pool, each with its own context. */
function spread({ pool, model, meter }: Spread): ChatModel {
  const candidates = pool.flatMap((server): Candidate[] => {
    const base = server.provider.chat?.(model);
    if (!base) return [];
    const behind = (whenBusy: "wait" | "fail"): ChatModel =>
      inLine(base, { schedule: server.schedule(model, whenBusy), meter });
    return [{ server: server.name, health: server.health, hasty: behind("fail"), patient: behind("wait") }];
  });
  const [first, ...others] = candidates;
  return first ? failover([first, ...others]) : refuse("models.failover", "chat models");
}

/** Of the server that stands for names without one; of several, the first that answers. */
async function firstChatModel(
  first: ModelServer | undefined,
  pool: readonly ModelServer[],
  signal: AbortSignal,
): Promise<string> {
  const candidates = pool.length > 0 ? pool : first ? [first] : [];
  const failures: unknown[] = [];
  for (const { provider } of candidates) {
    try {
      if (provider.firstChatModel) return await provider.firstChatModel(signal);
    } catch (error) {
      if (!(error instanceof TuttiError) || error.code !== "model.unreachable") throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? refuse("ollama", "chat models");
}

/** A server that is down hides only its own models, unless all are. */
async function listAll(providers: readonly ModelProvider[], signal: AbortSignal): Promise<readonly ModelInfo[]> {
  const lists = await Promise.allSettled(
    providers.flatMap((provider) => (provider.list ? [provider.list(signal)] : [])),
  );
  const failed = lists.filter((list) => list.status === "rejected");
  if (failed.length > 0 && failed.length === lists.length) throw failed[0]?.reason;
  return lists.flatMap((list) => (list.status === "fulfilled" ? list.value : []));
}

interface Place {
  readonly provider: string;
  readonly model: string;
  readonly full: string;
  readonly source: ModelProvider;
  /** Its server was named. */
  readonly isPinned: boolean;
}

/** Only a known provider counts as one: `hf.co/owner/model` is a bare name, of the server that stands for such names. */
function place(name: string, providers: ReadonlyMap<string, ModelProvider>, standard: string): Place {
  const cut = name.indexOf("/");
  const first = name.slice(0, Math.max(0, cut));
  const isPinned = providers.has(first);
  const provider = isPinned ? first : standard;
  const model = (isPinned ? name.slice(cut + 1) : name).trim();
  const source = providers.get(provider);
  if (!source || model === "") {
    throw new TuttiError("usage.invalid", `${JSON.stringify(name)} names no model`, {
      hint: "Write it as provider/name, for example ollama/llama3.2; `tutti models list` shows what is there.",
    });
  }
  return { provider, model, full: `${provider}/${model}`, source, isPinned };
}

const unmetered = <Model>(model: Model): Model => model;

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
