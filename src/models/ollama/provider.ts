import type { Clock } from "../../core/clock.ts";
import { TuttiError } from "../../core/error.ts";
import type { ModelInfo, ModelProvider, Reachable } from "../provider.ts";
import { isAllowed } from "./address.ts";
import { createOllamaChat } from "./chat.ts";
import type { OllamaClient } from "./client.ts";
import { createStickyContext, type StickyContext } from "./context.ts";
import { createOllamaEmbedding } from "./embedding.ts";
import { inspect } from "./inspect.ts";
import { runningReply, tagsReply, versionReply } from "./protocol.ts";

export interface OllamaProviderOptions {
  readonly client: OllamaClient;
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
  numCtx,
  maxNumCtx,
  allowRemote,
  clock,
  availableBytes,
}: OllamaProviderOptions): Required<ModelProvider> {
  const contexts = new Map<string, StickyContext>();
  const contextOf = (model: string): StickyContext => {
    const context = contexts.get(model) ?? createStickyContext(numCtx, maxNumCtx);
    contexts.set(model, context);
    return context;
  };
  return {
    chat: (model) =>
      createOllamaChat({ client, model, context: contextOf(withTag(model)), allowRemote, clock, availableBytes }),
    embedding: (model) => createOllamaEmbedding({ client, model, allowRemote }),
    list: (signal) => list(client, signal),
    firstChatModel: (signal) => firstChatModel(client, allowRemote, signal),
    reachable: (signal) => reachable(client, signal),
  };
}

/** `llama3.2` is short for `llama3.2:latest`; both are one model with one context. */
function withTag(model: string): string {
  return /:[^/]*$/.test(model) ? model : `${model}:latest`;
}

async function list(client: OllamaClient, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  const [tags, running] = await Promise.all([
    client.request("/api/tags", tagsReply, { signal, timeoutMs: probeTimeoutMs }),
    client.request("/api/ps", runningReply, { signal, timeoutMs: probeTimeoutMs }),
  ]);
  const loaded = new Set(running.models.map(({ name }) => name));
  const infos = tags.models.map(({ name, size }) =>
    describe(client, { name, sizeBytes: size, loaded: loaded.has(name) }, signal),
  );
  return (await Promise.all(infos)).filter((info) => info !== undefined);
}

type Listed = Pick<ModelInfo, "name" | "sizeBytes" | "loaded">;

async function describe(client: OllamaClient, listed: Listed, signal: AbortSignal): Promise<ModelInfo | undefined> {
  try {
    const { capabilities, contextLength = null } = await inspect(client, listed.name, signal);
    const kind = capabilities.includes("completion") ? "chat" : "embedding";
    return {
      name: listed.name,
      provider: "ollama",
      kind,
      sizeBytes: listed.sizeBytes,
      contextLength,
      capabilities,
      loaded: listed.loaded,
    };
  } catch (error) {
    // Removed between the two requests.
    if (error instanceof TuttiError && error.code === "model.missing") return undefined;
    throw error;
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
    const { capabilities } = await inspect(client, name, signal);
    if (capabilities.includes("completion")) return name;
  }
  const installed = models.map(({ name }) => name);
  throw new TuttiError("model.missing", `No chat model is installed at ${client.url}`, {
    hint: "Install one, for example `ollama pull llama3.2`.",
    data: { installed },
  });
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
