import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import { createOpenAiProvider } from "../ai-sdk/server.ts";
import { isAllowed, isLoopback, ollamaUrl } from "../ollama/address.ts";
import { createOllamaClient, type OllamaClient } from "../ollama/client.ts";
import { patientFetch, type Fetch } from "../ollama/patient-fetch.ts";
import { runningReply } from "../ollama/protocol.ts";
import { canonicalName } from "../ollama/model-name.ts";
import { createOllamaProvider } from "../ollama/provider.ts";
import type { ModelProvider } from "../provider.ts";
import type { Schedule } from "../scheduler/call.ts";
import { createServerQueue, type ServerQueue } from "../scheduler/scheduler.ts";
import type { ResidentModel } from "../scheduler/memory.ts";
import { guardFetch } from "./guard.ts";
import { createServerHealth, type ServerHealth } from "./health.ts";

/** What all servers share. */
export interface ServerDefaults {
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
  /** Calls that one model works on at once. Default: 1, as Ollama has it. */
  readonly parallel?: number | undefined;
  /** Models in memory at once. Default: 3 for an Ollama, as it has it on one machine; no limit for others. */
  readonly maxLoaded?: number | undefined;
  readonly patienceMs?: number | undefined;
  readonly keepAlive?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ServerAddress {
  readonly url: string;
  readonly parallel?: number | undefined;
  readonly maxLoaded?: number | undefined;
}

export interface OpenAiAddress extends ServerAddress {
  readonly apiKey?: string | undefined;
  readonly contextLength?: number | undefined;
}

/** A model server: where it is, how it is doing, and the line before it. */
export interface ModelServer {
  /** The first part of its models' names. */
  readonly name: string;
  readonly kind: "ollama" | "openai";
  readonly url: string;
  readonly provider: ModelProvider;
  readonly queue: ServerQueue;
  readonly health: ServerHealth;
  /** What it has in memory; not there where the server does not tell. */
  readonly resident?: ((signal: AbortSignal) => Promise<readonly ResidentModel[]>) | undefined;
  schedule(model: string, whenBusy: Schedule["whenBusy"]): Schedule;
}

const defaultPatienceMs = 30_000;
const defaultBusyLimitMs = 600_000;
// Ollama's own defaults: OLLAMA_NUM_PARALLEL 1, OLLAMA_MAX_LOADED_MODELS three for each GPU or three, OLLAMA_KEEP_ALIVE 5m.
const ollamaParallel = 1;
const ollamaMaxLoaded = 3;
const ollamaKeepAlive = "5m";
// Servers of this kind batch requests by themselves, and four is what llama.cpp begins with.
const openAiParallel = 4;

export function createOllamaServer(name: string, address: ServerAddress, defaults: ServerDefaults): ModelServer {
  const { clock, firstTokenTimeoutMs, timeoutMs } = defaults;
  const url = ollamaUrl(address.url);
  const fetch = guarded(url, defaults);
  const client = createOllamaClient({ url, fetch, clock, firstTokenTimeoutMs, timeoutMs });
  // How much memory another machine has left cannot be known from here.
  const availableBytes = isLoopback(url) ? defaults.availableBytes : () => Number.POSITIVE_INFINITY;
  const { numCtx, maxNumCtx, allowRemote = [] } = defaults;
  const provider = createOllamaProvider({ client, name, numCtx, maxNumCtx, allowRemote, clock, availableBytes });
  const resident = (signal: AbortSignal): Promise<readonly ResidentModel[]> => residentModels(client, signal);
  const queue = createServerQueue({
    parallel: address.parallel ?? (defaults.parallel || ollamaParallel),
    maxLoaded: address.maxLoaded ?? (defaults.maxLoaded || ollamaMaxLoaded),
    patienceMs: defaults.patienceMs ?? defaultPatienceMs,
    resident,
    clock,
    random: defaults.random,
  });
  return assemble({ name, kind: "ollama", url, provider, queue, resident, modelKey: canonicalName }, defaults);
}

export function createOpenAiServer(name: string, address: OpenAiAddress, defaults: ServerDefaults): ModelServer {
  const { clock, firstTokenTimeoutMs, timeoutMs } = defaults;
  const { apiKey, contextLength } = address;
  const url = address.url.replace(/\/+$/, "");
  const fetch = guarded(url, defaults);
  const provider = createOpenAiProvider({
    name,
    url,
    apiKey,
    contextLength,
    firstTokenTimeoutMs,
    timeoutMs,
    fetch,
    clock,
  });
  const queue = createServerQueue({
    parallel: address.parallel ?? openAiParallel,
    maxLoaded: address.maxLoaded ?? Number.POSITIVE_INFINITY,
    patienceMs: defaults.patienceMs ?? defaultPatienceMs,
    clock,
    random: defaults.random,
  });
  return assemble({ name, kind: "openai", url, provider, queue, modelKey: (model) => model }, defaults);
}

function guarded(url: string, { allowRemote = [], fetch = patientFetch }: ServerDefaults): Fetch {
  return isAllowed(url, allowRemote) ? fetch : guardFetch(url);
}

type Parts = Omit<ModelServer, "health" | "schedule"> & { readonly modelKey: (model: string) => string };

function assemble({ modelKey, ...server }: Parts, defaults: ServerDefaults): ModelServer {
  const { clock, random, timeoutMs: busyLimitMs = defaultBusyLimitMs, keepAlive = ollamaKeepAlive } = defaults;
  const { provider, queue } = server;
  const health = createServerHealth(clock, async (signal) => (await provider.reachable?.(signal)) ?? { ok: true });
  return {
    ...server,
    health,
    schedule: (model, whenBusy) => ({
      queue,
      health,
      place: { kind: server.kind, url: server.url },
      model: modelKey(model),
      clock,
      random,
      busyLimitMs,
      whenBusy,
      keepAlive,
    }),
  };
}

async function residentModels(client: OllamaClient, signal: AbortSignal): Promise<readonly ResidentModel[]> {
  const { models } = await client.request("/api/ps", runningReply, { signal, timeoutMs: 3_000 });
  return models.map(({ name, expires_at: expires, size: bytes, size_vram: vramBytes }) => ({
    model: name,
    bytes,
    vramBytes,
    expiresAt: expires === undefined ? undefined : Date.parse(expires),
  }));
}
