import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { operation, type AnyOperation, type OperationContext } from "../core/operation.ts";
import type { ModelDetails } from "./keeper.ts";
import { withNearName } from "./model-error.ts";
import type { ProbeStore } from "./model-store.ts";
import { modelName } from "./operation-input.ts";
import { pullOperation, removeOperation } from "./operations-pull.ts";
import { probeOperation } from "./operations-probe.ts";
import { probeFacts } from "./probe/probe.ts";
import { factsOfServers, probeState, type ProbeState } from "./probe/fact.ts";
import type { ModelInfo } from "./model-info.ts";
import type { ModelRegistry } from "./registry.ts";

export interface ModelOperationDependencies {
  readonly registry: ModelRegistry;
  readonly probes: ProbeStore;
  /** See `models.registries`. */
  readonly registries: readonly string[];
  readonly clock: Clock;
}

export function createModelOperations(dependencies: ModelOperationDependencies): AnyOperation[] {
  return [
    listModels(dependencies),
    showModel(dependencies),
    pullOperation(dependencies),
    removeOperation(dependencies),
    probeOperation(dependencies),
  ];
}

const modelInfo = z.object({
  model: z.string().describe("What to write in a flow, a setting or a command."),
  name: z.string().describe("What its provider calls it."),
  provider: z.string(),
  kind: z.enum(["chat", "embedding"]),
  sizeBytes: z.int().nullable(),
  contextLength: z.int().nullable().describe("Tokens that the model was made for."),
  capabilities: z.array(z.string()).readonly().describe("What its server says that it can."),
  loaded: z.boolean().describe("In memory now."),
  loadedContext: z.int().nullable().describe("Tokens of context that it is loaded with."),
  digest: z.string().nullable().describe("Changes with its content."),
  problem: z.string().nullable().describe("Why it cannot be used, where that is so."),
  probe: z
    .object({ probedAt: z.int(), isStale: z.boolean().describe("The model has changed since.") })
    .nullable()
    .describe("The last `tutti models probe` of it."),
});

function listModels({ registry, probes }: ModelOperationDependencies): AnyOperation {
  return operation({
    ...read,
    name: "models.list",
    summary: "Lists the models that can be used",
    path: "/models",
    input: z.strictObject({}),
    output: z.array(modelInfo),
    cli: { examples: ["tutti models list", "tutti models list --json"] },
    handle: async (_input, { signal }) => {
      const [models, facts] = await Promise.all([registry.list(signal), factsOfServers(registry, probes)]);
      return models.map((model) => {
        const full = `${model.provider}/${model.name}`;
        const ofModel = facts.filter((one) => one.model === full);
        return toInfo(model, probeState(ofModel, model.digest));
      });
    },
  });
}

const modelDetails = modelInfo.extend({
  server: z.string(),
  family: z.string().nullable(),
  parameterSize: z.string().nullable(),
  quantization: z.string().nullable().describe("How its weights are stored."),
  embeddingLength: z.int().nullable(),
  modifiedAt: z.string().nullable(),
  remoteHost: z.string().nullable().describe("Where its server would send the prompt; null: it runs on that server."),
  parameters: z.array(z.string()).readonly().describe("Settings that its maker gave it."),
  facts: probeFacts.nullable().describe("What the last probe measured."),
});

function showModel({ registry, probes }: ModelOperationDependencies): AnyOperation {
  return operation({
    ...read,
    name: "models.show",
    summary: "Shows what the server and the last probe know of a model",
    path: "/models/:model",
    input: z.strictObject({ model: modelName }),
    output: modelDetails,
    cli: { positional: ["model"], examples: ["tutti models show llama3.2", "tutti models show default --json"] },
    handle: async ({ model: asked }, { signal }: OperationContext) => {
      const { keeper, model, full } = await registry.keeperOf(asked, signal);
      const details = await keeper.show(model, signal).catch((error: unknown) => {
        throw withNearName(error, asked);
      });
      const ofServer = (await probes.all(keeper.server)).filter((one) => one.model === full);
      const state = probeState(ofServer, details.digest);
      return { ...toDetails(details, state), server: keeper.server, facts: state?.facts ?? null };
    },
  });
}

const read = {
  method: "GET",
  role: "viewer",
  effect: "read",
  idempotent: true,
  faces: ["cli", "http", "sdk", "mcp"],
} as const;

function toInfo(model: ModelInfo, state: ProbeState | null): z.infer<typeof modelInfo> {
  const { name, provider, kind, sizeBytes, contextLength, capabilities, loaded } = model;
  const { loadedContext = null, digest = null, problem = null } = model;
  const plain = { name, provider, kind, sizeBytes, contextLength, capabilities, loaded };
  const probe = state && { probedAt: state.facts.probedAt, isStale: state.isStale };
  return { model: typedName(model), ...plain, loadedContext, digest, problem, probe };
}

function toDetails(
  details: ModelDetails,
  state: ProbeState | null,
): Omit<z.infer<typeof modelDetails>, "facts" | "server"> {
  const { family, parameterSize, quantization, embeddingLength, modifiedAt, remoteHost, parameters } = details;
  const more = { family, parameterSize, quantization, embeddingLength, modifiedAt, remoteHost, parameters };
  return { ...toInfo(details, state), ...more };
}

/** The shortest that means this model: Ollama's go without their provider, unless a slash could be taken for one. */
export function typedName({ provider, name }: Pick<ModelInfo, "provider" | "name">): string {
  const short = provider === "ollama" ? name.replace(/:latest$/, "") : name;
  return provider === "ollama" && !short.includes("/") ? short : `${provider}/${short}`;
}
