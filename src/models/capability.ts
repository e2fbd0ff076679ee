import { z } from "zod";
import type { Capability, Check, CheckResult } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import { isDuration, notADurationText, toMs } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import { operation, type AnyOperation } from "../core/operation.ts";
import { ollamaUrl } from "./ollama/address.ts";
import { defaultFirstTokenTimeoutMs, defaultTimeoutMs } from "./ollama/client.ts";
import { defaultNumCtx } from "./ollama/context.ts";
import type { ChatModel } from "./chat-model.ts";
import type { Fetch } from "./ollama/patient-fetch.ts";
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
  readonly providers?: Readonly<Record<string, ModelProvider>> | undefined;
  /** See `ModelRegistryOptions`. */
  readonly meter?: ((model: ChatModel) => ChatModel) | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
}

/** The door of the room: models by name for those who run steps, a list for people, a check for the doctor. */
export function createModels(dependencies: ModelsDependencies): Capability & { readonly registry: ModelRegistry } {
  const { settings, providers, meter, fetch, clock } = dependencies;
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
  });
  return {
    name: "models",
    config: { name: "models", schema: modelsSettings },
    migrations: [],
    operations: [listModels(registry)],
    checks: [modelServerCheck(registry)],
    registry,
  };
}

const modelInfo = z.object({
  name: z.string().describe("What its provider calls it."),
  provider: z.string(),
  kind: z.enum(["chat", "embedding"]),
  sizeBytes: z.int().nullable(),
  contextLength: z.int().nullable().describe("Tokens that the model was made for."),
  capabilities: z.array(z.string()).readonly(),
  loaded: z.boolean().describe("In memory now."),
});

function listModels(registry: ModelRegistry): AnyOperation {
  return operation({
    name: "models.list",
    summary: "Lists the models that can be used",
    method: "GET",
    path: "/models",
    role: "viewer",
    effect: "read",
    idempotent: true,
    input: z.strictObject({}),
    output: z.array(modelInfo),
    faces: ["cli", "http", "sdk", "mcp"],
    cli: { examples: ["tutti models list", "tutti models list --json"] },
    handle: async (_input, { signal }) => [...(await registry.list(signal))],
  });
}

function modelServerCheck(registry: ModelRegistry): Check {
  return { group: "Models", name: "model server", run: (signal) => checkServer(registry, signal) };
}

async function checkServer(registry: ModelRegistry, signal: AbortSignal): Promise<CheckResult> {
  const reachable = await registry.reachable("default", signal);
  if (!reachable.ok)
    return { status: "warn", message: `${reachable.reason}; steps that need one will fail`, fix: reachable.hint };
  try {
    const model = await registry.chat("default", signal);
    const models = await registry.list(signal);
    return { status: "ok", message: `${registry.url} has ${models.length} models; the default is ${model.name}` };
  } catch (error) {
    const fix = (error instanceof TuttiError && error.hint) || "See the log of the model server.";
    return { status: "warn", message: error instanceof Error ? error.message : String(error), fix };
  }
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false; // The refinement says what is wrong; the error would say it again.
  }
}
