import { TuttiError } from "../../core/error.ts";
import { isAllowed } from "./address.ts";
import type { OllamaClient } from "./client.ts";
import { cacheBytesPerToken } from "./memory.ts";
import { contextLengthOf, showReply, type ShowReply } from "./protocol.ts";

export interface ModelFacts {
  readonly capabilities: readonly string[];
  readonly contextLength: number | undefined;
  /** What one more token of context takes, as far as the server tells the model's measures. */
  readonly cacheBytesPerToken: number | undefined;
  /** Where the server itself would send the prompt: a "cloud" model. Undefined for a model on the server's own disk. */
  readonly remoteHost: string | undefined;
}

/** What the server tells about a model; `model.missing` if it has none of this name. */
export async function inspect(client: OllamaClient, model: string, signal: AbortSignal): Promise<ModelFacts> {
  const show: ShowReply = await client.request("/api/show", showReply, { body: { model }, about: { model }, signal });
  return {
    capabilities: show.capabilities,
    contextLength: contextLengthOf(show),
    cacheBytesPerToken: cacheBytesPerToken(show),
    remoteHost: show.remote_host || undefined,
  };
}

/** A model that can chat is for that, also where the server lists embedding beside it. */
export function kindOf(capabilities: readonly string[]): "chat" | "embedding" {
  return capabilities.includes("completion") ? "chat" : "embedding";
}

/** Of a model whose file the server cannot read: it says nothing of use then. Undefined for any other failure. */
export function problemOf(error: unknown): string | undefined {
  const isDamaged = error instanceof TuttiError && error.code === "model.bad_answer";
  return isDamaged ? "the server cannot read it" : undefined;
}

export interface Demand {
  readonly model: string;
  /** `completion` or `embedding`. */
  readonly capability: string;
  readonly allowRemote: readonly string[];
}

/** Asks once and remembers a good answer: every call needs it. */
export function createInspector(client: OllamaClient, demand: Demand): (signal: AbortSignal) => Promise<ModelFacts> {
  let known: ModelFacts | undefined;
  return async (signal) => {
    if (known) return known;
    const facts = await inspect(client, demand.model, signal);
    check(facts, demand);
    known = facts;
    return facts;
  };
}

/** A model that the server would send elsewhere gets no prompt, unless its place is allowed by name. */
export function refuseRemote(
  { remoteHost }: ModelFacts,
  { model, allowRemote }: Pick<Demand, "model" | "allowRemote">,
): void {
  if (remoteHost === undefined || isAllowed(remoteHost, allowRemote)) return;
  throw new TuttiError("model.unreachable", `${model} does not run here but at ${remoteHost}, so it was not asked`, {
    hint: "Choose a local model, or name that host in models.allowRemote to let prompts leave this machine.",
    data: { remoteHost },
  });
}

function check(facts: ModelFacts, { model, capability, allowRemote }: Demand): void {
  refuseRemote(facts, { model, allowRemote });
  const { capabilities } = facts;
  // A server lists both for some models, and answers embeddings from any chat model: only a plain contradiction is refused.
  if (capability === "completion" && !capabilities.includes("completion")) {
    throw new TuttiError("model.missing", `${model} is installed but cannot chat; it can: ${capabilities.join(", ")}`, {
      hint: "Choose a chat model: `tutti models list` shows them.",
      data: { model, capabilities },
    });
  }
}
