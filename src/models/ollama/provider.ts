import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { ModelInfo } from "../model-info.ts";
import type { ModelProvider, Reachable } from "../provider.ts";
import { isAllowed } from "./address.ts";
import { createOllamaChat } from "./chat.ts";
import type { OllamaClient } from "./client.ts";
import { createStickyContext, type StickyContext } from "./context.ts";
import { createOllamaEmbedding } from "./embedding.ts";
import { inspect, kindOf, problemOf } from "./inspect.ts";
import { createOllamaKeeper } from "./keeper.ts";
import { canonicalName } from "./model-name.ts";
import { runningReply, tagsReply, versionReply } from "./protocol.ts";

export interface OllamaProviderOptions {
  readonly client: OllamaClient;
  /** The first part of its models' names. */
  readonly name?: string | undefined;
  readonly numCtx?: number | undefined;
  readonly maxNumCtx?: number | undefined;
  readonly availableBytes?: (() => number) | undefined;
  readonly allowRemote: readonly string[];
  readonly clock?: Clock | undefined;
}

// What a person waits for when nothing is there; a local server answers in milliseconds even while it loads a model.
const probeTimeoutMs = 3_000;

export function createOllamaProvider({
  client,
  name: provider = "ollama",
  numCtx,
  maxNumCtx,
  allowRemote,
  clock,
  availableBytes,
}: OllamaProviderOptions): Required<ModelProvider> {
  const contexts = new Map<string, StickyContext>();
  const contextOf = (model: string): StickyContext => {
    const name = canonicalName(model);
    const context = contexts.get(name) ?? createStickyContext(numCtx, maxNumCtx);
    contexts.set(name, context);
    return context;
  };
  return {
    chat: (model) =>
      createOllamaChat({ client, model, provider, context: contextOf(model), allowRemote, clock, availableBytes }),
    contextOf: (model) => contextOf(model).share(undefined, undefined).numCtx,
    embedding: (model) => createOllamaEmbedding({ client, model, provider, allowRemote }),
    list: (signal) => list(client, provider, signal),
    firstChatModel: (signal) => firstChatModel(client, allowRemote, signal),
    reachable: (signal) => reachable(client, signal),
    keeper: createOllamaKeeper({ client, provider, contextOf, allowRemote, clock }),
  };
}

async function list(client: OllamaClient, provider: string, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  const [tags, running] = await Promise.all([
    client.request("/api/tags", tagsReply, { signal, timeoutMs: probeTimeoutMs }),
    client.request("/api/ps", runningReply, { signal, timeoutMs: probeTimeoutMs }),
  ]);
  const loaded = new Map(running.models.map((model) => [model.name, model.context_length ?? null]));
  const infos = tags.models.map(({ name, size, digest }) => {
    const residence = loaded.has(name) ? { loadedContext: loaded.get(name) ?? null } : {};
    return describe(
      client,
      { name, provider, sizeBytes: size, digest, loaded: loaded.has(name), ...residence },
      signal,
    );
  });
  return (await Promise.all(infos)).filter((info) => info !== undefined);
}

type Listed = Pick<ModelInfo, "name" | "provider" | "sizeBytes" | "loaded" | "loadedContext" | "digest">;

async function describe(client: OllamaClient, listed: Listed, signal: AbortSignal): Promise<ModelInfo | undefined> {
  try {
    const { capabilities, contextLength = null } = await inspect(client, listed.name, signal);
    return { ...listed, kind: kindOf(capabilities), contextLength, capabilities };
  } catch (error) {
    // Removed between the two requests.
    if (error instanceof TuttiError && error.code === "model.missing") return undefined;
    // One damaged file must not hide the other models.
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { ...listed, kind: "chat", contextLength: null, capabilities: [], problem };
  }
}

async function firstChatModel(
  client: OllamaClient,
  allowRemote: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { models } = await client.request("/api/tags", tagsReply, { signal, timeoutMs: probeTimeoutMs });
  for (const { name, remote_host: remoteHost } of models) {
    if (remoteHost !== undefined && !isAllowed(remoteHost, allowRemote)) continue;
    if (await canChat(client, name, signal)) return name;
  }
  const installed = models.map(({ name }) => name);
  throw new TuttiError("model.missing", `No chat model is installed at ${client.url}`, {
    hint: "Install one, for example `ollama pull llama3.2`.",
    data: { installed },
  });
}

async function canChat(client: OllamaClient, model: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await inspect(client, model, signal)).capabilities.includes("completion");
  } catch (error) {
    // Its file is damaged, or it was removed just now; the next one may do.
    if (error instanceof TuttiError && ["model.bad_answer", "model.missing"].includes(error.code)) return false;
    throw error;
  }
}

async function reachable(client: OllamaClient, signal: AbortSignal): Promise<Reachable> {
  try {
    await client.request("/api/version", versionReply, { signal, timeoutMs: probeTimeoutMs });
    return { ok: true };
  } catch (error) {
    const hint = error instanceof TuttiError && error.hint ? ` ${error.hint}` : "";
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: "no model reachable", hint: `${message}.${hint}` };
  }
}
