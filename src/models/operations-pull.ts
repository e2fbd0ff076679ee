import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { operation, type AnyOperation } from "../core/operation.ts";
import type { ModelKeeper } from "./keeper.ts";
import { withNearName } from "./model-error.ts";
import { isAllowedRegistry, registryOf } from "./ollama/registry-host.ts";
import { createPullMeter, type TransferProgress } from "./pull-meter.ts";
import type { ModelRegistry } from "./registry.ts";

interface PullDependencies {
  readonly registry: ModelRegistry;
  /** Hosts that a server may be told to fetch models from, besides Ollama's own registry and this machine. */
  readonly registries: readonly string[];
  readonly clock: Clock;
}

const explicitName = z.string().trim().min(1);

const stageShape = z.object({ type: z.literal("stage"), text: z.string().describe("A part of the work that begins.") });
const pullProgress = z.discriminatedUnion("type", [
  stageShape,
  z.object({
    type: z.literal("transfer"),
    text: z.string().describe("What is transferred, as short as it can be told."),
    doneBytes: z.int(),
    totalBytes: z.int(),
    bytesPerSecond: z.number().nullable().describe("Of the last seconds; null until there is something to measure."),
    etaMs: z.number().nullable(),
  }),
]);
type Stage = z.infer<typeof stageShape>;

const pulled = z.object({
  model: z.string().describe("provider/name"),
  server: z.string(),
  digest: z.string(),
  isNew: z.boolean().describe("False: the server had exactly this content before."),
  sizeBytes: z.int(),
  isVerified: z.boolean().describe("The server has checked every layer against its hash."),
  tookMs: z.number(),
  layers: z.array(z.object({ digest: z.string(), sizeBytes: z.int() })),
});

export function pullOperation(dependencies: PullDependencies): AnyOperation {
  return operation({
    name: "models.pull",
    summary: "Downloads a model: the model server goes online for it, Tutti does not",
    method: "POST",
    path: "/models/:model/pull",
    role: "operator",
    effect: "write",
    idempotent: true,
    input: z.strictObject({
      model: explicitName.describe(
        "A name of the registry, such as llama3.2:3b; hf.co/owner/model:Q4_K_M where models.registries has hf.co",
      ),
      insecure: z
        .boolean()
        .default(false)
        .describe("Over plain HTTP (with http:// before the name), or with a certificate that cannot be checked"),
    }),
    output: pulled,
    progress: pullProgress,
    faces: ["cli", "http", "sdk"],
    cli: {
      positional: ["model"],
      isLocal: true,
      examples: ["tutti models pull llama3.2:3b", "tutti models pull http://127.0.0.1:5000/library/own --insecure"],
    },
    handle: ({ model, insecure }, { signal }) => pull(dependencies, { asked: model, isInsecure: insecure }, signal),
  });
}

async function* pull(
  { registry, registries, clock }: PullDependencies,
  { asked, isInsecure }: { readonly asked: string; readonly isInsecure: boolean },
  signal: AbortSignal,
): AsyncGenerator<TransferProgress | Stage, z.infer<typeof pulled>> {
  const { keeper, model, full, asked: named } = await registry.keeperOf(explicit(asked), signal);
  if (!keeper.pull) throw fixed(full);
  refuseRegistry(named, registries);
  const startedAt = clock.now();
  const before = await digestBefore(keeper, model, signal);
  const meter = createPullMeter(clock);
  let isVerified = false;
  // As it was typed: the scheme tells the server how to reach the registry.
  for await (const status of keeper.pull(named, { signal, isInsecure })) {
    isVerified ||= status.kind === "verifying";
    const told = status.kind === "layer" ? meter.take(status.layer) : stage(status);
    if (told) yield told;
  }
  const digest = await keeper.digest(model, signal);
  const layers = meter.layers.map((layer) => ({ digest: layer.digest, sizeBytes: layer.totalBytes }));
  return {
    model: full,
    server: keeper.server,
    digest,
    isNew: digest !== before,
    sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    isVerified,
    tookMs: clock.now() - startedAt,
    layers,
  };
}

function fixed(model: string): TuttiError {
  return new TuttiError("usage.invalid", `The server of ${model} cannot be told to get or to delete a model`, {
    hint: "Only an Ollama can: start the server with the models that it is to have.",
  });
}

/** Who may pull decides on the model, and not on which hosts the server speaks to. */
function refuseRegistry(name: string, registries: readonly string[]): void {
  const host = registryOf(name);
  if (isAllowedRegistry(host, registries)) return;
  throw new TuttiError("usage.invalid", `${host} is no registry that models may be pulled from, so it was not asked`, {
    hint: `Add ${host} to models.registries in tutti.yaml, if models from there are wanted.`,
    data: { registry: host },
  });
}

function stage(status: { readonly kind: "verifying" } | { readonly kind: "said"; readonly text: string }): Stage {
  return { type: "stage", text: status.kind === "verifying" ? "verifying the hash of every layer" : status.text };
}

async function digestBefore(keeper: ModelKeeper, model: string, signal: AbortSignal): Promise<string | null> {
  try {
    return await keeper.digest(model, signal);
  } catch (error) {
    if (error instanceof TuttiError && error.code === "model.missing") return null;
    throw error;
  }
}

const removed = z.object({
  model: z.string().describe("provider/name"),
  server: z.string(),
  sizeBytes: z.int().describe("Of its files; those that another model shares stay."),
  digest: z.string(),
});

export function removeOperation({ registry }: PullDependencies): AnyOperation {
  return operation({
    name: "models.remove",
    summary: "Deletes a model's files from the model server",
    method: "DELETE",
    path: "/models/:model",
    role: "admin",
    effect: "destroy",
    idempotent: false,
    input: z.strictObject({ model: explicitName.describe("A name as `tutti models list` shows it") }),
    output: removed,
    faces: ["cli", "http", "sdk"],
    cli: {
      positional: ["model"],
      isLocal: true,
      confirms: "Delete the files of {model} from the model server?",
      examples: ["tutti models remove llama3.2:3b", "tutti models remove llama3.2:3b --yes"],
    },
    handle: async ({ model: asked }, { signal }) => {
      const { keeper, model, full } = await registry.keeperOf(explicit(asked), signal);
      if (!keeper.remove) throw fixed(full);
      try {
        return { model: full, server: keeper.server, ...(await keeper.remove(model, signal)) };
      } catch (error) {
        throw withNearName(error, asked);
      }
    },
  });
}

/** `default` is whatever is configured or listed first: nothing to fetch or to delete by. */
function explicit(asked: string): string {
  if (asked !== "default") return asked;
  throw new TuttiError("usage.invalid", "default is no name of a model here", {
    hint: "Name the model itself; `tutti models list` shows what is there.",
  });
}
