import { z } from "zod";
import type { Capability } from "../core/capability.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { toMs } from "../core/duration.ts";
import type { Database } from "../storage/database.ts";
import { modelChecks } from "./check.ts";
import { modelMetrics } from "./metric.ts";
import { createProbeStore } from "./model-store.ts";
import { modelMigrations } from "./model-table.ts";
import { defaultFirstTokenTimeoutMs, defaultTimeoutMs } from "./ollama/client.ts";
import { defaultMaxNumCtx, defaultNumCtx } from "./ollama/context.ts";
import { createAbility, type AbleModel, type ModelNeeds } from "./ability.ts";
import type { Fetch } from "./ollama/patient-fetch.ts";
import { quirksOf, type Quirks } from "./probe/probe.ts";
import { createModelOperations } from "./operations.ts";
import type { ModelProvider } from "./provider.ts";
import { createModelRegistry, type ModelRegistry, type ModelRegistryOptions } from "./registry.ts";
import { listServers, serverChecks, showQueue } from "./server/operation.ts";
import { duration, host, serverSettings } from "./server/settings.ts";

export const modelsSettings = z.object({
  host: host.default("127.0.0.1:11434").describe("Address of the Ollama server. OLLAMA_HOST sets it too."),
  default: z
    .string()
    .min(1)
    .optional()
    .describe(
      "What a step gets that names no model, such as ollama/llama3.2. Unset: the first chat model that Ollama lists.",
    ),
  numCtx: z
    .int()
    .min(64)
    .default(defaultNumCtx)
    .describe("Tokens of context that a model is loaded with, unless it was made for fewer or a step asks for more."),
  maxNumCtx: z
    .int()
    .min(64)
    .default(defaultMaxNumCtx)
    .describe('What onOverflow: "grow", or a step that asks for more, may raise numCtx to; each move is kept.'),
  firstTokenTimeout: duration
    .default(`${defaultFirstTokenTimeoutMs / 1_000}s`)
    .describe("How long a model may take to load and to read the prompt, until its first token."),
  timeout: duration.default(`${defaultTimeoutMs / 60_000}m`).describe("How long one model call may take in all."),
  allowRemote: z
    .array(z.string().min(1))
    .default([])
    .describe("Hosts beyond this machine that prompts may be sent to, such as gpu-box or gpu-box:11434."),
  registries: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Hosts that `models pull` may let a model server fetch from, such as hf.co, besides registry.ollama.ai and this machine.",
    ),
  ...serverSettings,
});
export type ModelsSettings = z.infer<typeof modelsSettings>;

export interface ModelsDependencies {
  readonly settings: ModelsSettings;
  /** Keeps what probes have found. */
  readonly database: Database;
  readonly providers?: Readonly<Record<string, ModelProvider>> | undefined;
  /** Where `models.modules` are sought from. */
  readonly folder?: string | undefined;
  /** See `ModelRegistryOptions`. */
  readonly meter?: ModelRegistryOptions["meter"];
  readonly meterEmbedding?: ModelRegistryOptions["meterEmbedding"];
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
}

export interface Models extends Capability {
  readonly registry: ModelRegistry;
  /** What a probe has found that the model does otherwise than it should; nothing where none was made. */
  quirksOf(name: string): Promise<Quirks>;
  /** What `auto` may choose from, by `provider/name`. */
  chatModels(signal: AbortSignal): Promise<AbleModel[]>;
  /** Why the model cannot do what is needed; null where it can, as far as its provider tells. */
  inability(name: string, needs: ModelNeeds, signal: AbortSignal): Promise<string | null>;
}

/** The door of the room: models by name for those who run steps, a list for people, a check for the doctor. */
export function createModels(dependencies: ModelsDependencies): Models {
  const { settings, database, providers, meter, meterEmbedding, fetch, clock = systemClock } = dependencies;
  const probes = createProbeStore(database);
  const registry = createModelRegistry({
    ollamaUrl: settings.host,
    defaultModel: settings.default,
    numCtx: settings.numCtx,
    maxNumCtx: settings.maxNumCtx,
    firstTokenTimeoutMs: toMs(settings.firstTokenTimeout),
    timeoutMs: toMs(settings.timeout),
    allowRemote: settings.allowRemote,
    servers: addressesOf(settings.servers),
    openai: addressesOf(settings.openai),
    modules: settings.modules,
    folder: dependencies.folder,
    failover: settings.failover,
    parallel: settings.parallel,
    maxLoaded: settings.maxLoaded,
    patienceMs: toMs(settings.patience),
    providers,
    meter,
    meterEmbedding,
    fetch,
    clock,
    probes,
  });
  return {
    name: "models",
    config: { name: "models", schema: modelsSettings },
    migrations: modelMigrations,
    operations: [
      showQueue(registry, clock),
      ...createModelOperations({ registry, probes, registries: settings.registries, clock }),
      listServers(registry, clock),
    ],
    checks: [...modelChecks(registry, probes), ...serverChecks(registry)],
    metrics: modelMetrics(registry),
    registry,
    quirksOf: async (name) => quirksOf(await registry.factsOf(name)),
    ...createAbility({
      list: (signal) => registry.list(signal),
      factsOf: (name, signal) => registry.factsOf(name, signal),
    }),
  };
}

/** An address alone is short for an object that holds it. */
function addressesOf<Address extends { readonly url: string }>(
  given: Readonly<Record<string, string | Address>>,
): Record<string, Address | { readonly url: string }> {
  return Object.fromEntries(
    Object.entries(given).map(([name, address]) => [name, typeof address === "string" ? { url: address } : address]),
  );
}
