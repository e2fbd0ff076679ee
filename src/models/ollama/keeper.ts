import type { Clock } from "../../core/clock.ts";
import type { ModelDetails, ModelKeeper } from "../keeper.ts";
import type { OllamaClient } from "./client.ts";
import type { StickyContext } from "./context.ts";
import { digestOf, tagOf } from "./digest.ts";
import { kindOf, problemOf } from "./inspect.ts";
import { canonicalName, isSameModel } from "./model-name.ts";
import { createOllamaProbeTarget } from "./probe-target.ts";
import { anyReply, contextLengthOf, embeddingLengthOf, runningReply, showReply, type ShowReply } from "./protocol.ts";
import { pullModel } from "./pull.ts";

export interface OllamaKeeperOptions {
  readonly client: OllamaClient;
  /** The first part of its models' names. */
  readonly provider: string;
  readonly contextOf: (model: string) => StickyContext;
  readonly allowRemote: readonly string[];
  readonly clock?: Clock | undefined;
}

// Looks at files only; no model is loaded for it.
const timeoutMs = 10_000;

export function createOllamaKeeper(options: OllamaKeeperOptions): Required<ModelKeeper> {
  const { client, provider, contextOf, allowRemote, clock } = options;
  return {
    server: client.url,
    canonical: canonicalName,
    digest: (model, signal) => digestOf(client, model, signal),
    show: async (model, signal) => ({ ...(await show(client, model, signal)), provider }),
    pull: (model, call) => pullModel({ client, clock }, model, call),
    async remove(model, signal) {
      const { digest, size } = await tagOf(client, model, signal);
      const call = { method: "DELETE", body: { model }, about: { model }, signal, timeoutMs } as const;
      await client.request("/api/delete", anyReply, call);
      return { digest, sizeBytes: size };
    },
    probe: (model) => createOllamaProbeTarget({ client, model, context: contextOf(model), allowRemote, clock }),
  };
}

async function show(client: OllamaClient, model: string, signal: AbortSignal): Promise<Omit<ModelDetails, "provider">> {
  const tag = await tagOf(client, model, signal);
  const [{ told, problem }, running] = await Promise.all([
    tell(client, model, signal),
    client.request("/api/ps", runningReply, { signal, timeoutMs }),
  ]);
  const resident = running.models.find(({ name }) => isSameModel(name, model));
  return {
    name: tag.name,
    kind: problem ? "chat" : kindOf(told.capabilities),
    sizeBytes: tag.size,
    contextLength: contextLengthOf(told) ?? null,
    capabilities: told.capabilities,
    loaded: resident !== undefined,
    loadedContext: resident?.context_length ?? null,
    digest: tag.digest,
    ...(problem ? { problem } : {}),
    family: told.details.family || null,
    parameterSize: told.details.parameter_size || null,
    quantization: told.details.quantization_level || null,
    embeddingLength: embeddingLengthOf(told) ?? null,
    modifiedAt: told.modified_at ?? null,
    remoteHost: told.remote_host || null,
    parameters: lines(told.parameters),
  };
}

interface Told {
  readonly told: ShowReply;
  readonly problem?: string;
}

async function tell(client: OllamaClient, model: string, signal: AbortSignal): Promise<Told> {
  try {
    const call = { body: { model }, about: { model }, signal, timeoutMs };
    return { told: await client.request("/api/show", showReply, call) };
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { told: showReply.parse({ capabilities: [] }), problem };
  }
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim().replaceAll(/\s+/g, " "))
    .filter((line) => line !== "");
}
