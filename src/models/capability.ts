import { z } from "zod";
import type { Capability } from "../core/capability.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { isDuration, notADurationText, toMs } from "../core/duration.ts";
import type { Database } from "../storage/database.ts";
import { modelChecks } from "./check.ts";
import { createProbeStore } from "./model-store.ts";
import { modelMigrations } from "./model-table.ts";
import { ollamaUrl } from "./ollama/address.ts";
import { defaultFirstTokenTimeoutMs, defaultTimeoutMs } from "./ollama/client.ts";
import { defaultNumCtx } from "./ollama/context.ts";
import type { ChatModel } from "./chat-model.ts";
import type { Fetch } from "./ollama/patient-fetch.ts";
import { createModelOperations } from "./operations.ts";
import type { ModelProvider } from "./provider.ts";
import { createModelRegistry, type ModelRegistry } from "./registry.ts";

const host = z
  .string()
  .refine((text) => succeeds(() => ollamaUrl(text)), 'is not an address such as "127.0.0.1:11434"');
const duration = z.union([z.string(), z.number().nonnegative()]).refine(isDuration, notADurationText);

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
  firstTokenTimeout: duration
    .default(`${defaultFirstTokenTimeoutMs / 1_000}s`)
    .describe("How long a model may take to load and to read the prompt, until its first token."),
  timeout: duration.default(`${defaultTimeoutMs / 60_000}m`).describe("How long one model call may take in all."),
  allowRemote: z
    .array(z.string().min(1))
    .default([])
    .describe("Hosts beyond this machine that prompts may be sent to, such as gpu-box or gpu-box:11434."),
});
export type ModelsSettings = z.infer<typeof modelsSettings>;

export interface ModelsDependencies {
  readonly settings: ModelsSettings;
  /** Keeps what probes have found. */
  readonly database: Database;
  readonly providers?: Readonly<Record<string, ModelProvider>> | undefined;
  /** See `ModelRegistryOptions`. */
  readonly meter?: ((model: ChatModel) => ChatModel) | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
}

/** The door of the room: models by name for those who run steps, a list for people, a check for the doctor. */
export function createModels(dependencies: ModelsDependencies): Capability & { readonly registry: ModelRegistry } {
  const { settings, database, providers, meter, fetch, clock = systemClock } = dependencies;
  const probes = createProbeStore(database);
  const registry = createModelRegistry({
    ollamaUrl: settings.host,
    defaultModel: settings.default,
    numCtx: settings.numCtx,
    firstTokenTimeoutMs: toMs(settings.firstTokenTimeout),
    timeoutMs: toMs(settings.timeout),
    allowRemote: settings.allowRemote,
    providers,
    meter,
    fetch,
    clock,
    probes,
  });
  return {
    name: "models",
    config: { name: "models", schema: modelsSettings },
    migrations: modelMigrations,
    operations: createModelOperations({ registry, probes, clock }),
    checks: modelChecks(registry, probes),
    registry,
  };
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false; // The refinement says what is wrong; the error would say it again.
  }
}
