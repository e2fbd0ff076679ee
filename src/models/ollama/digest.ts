import { TuttiError } from "../../core/error.ts";
import type { OllamaClient } from "./client.ts";
import { missing } from "./failure.ts";
import { isSameModel } from "./model-name.ts";
import { tagsReply, type Tag } from "./protocol.ts";

// A local server answers in milliseconds, even while it loads a model.
const timeoutMs = 5_000;

/** What the server has under a name, whether it can read it or not; `model.missing` if nothing. */
export async function tagOf(client: OllamaClient, model: string, signal: AbortSignal): Promise<Tag> {
  const { models } = await client.request("/api/tags", tagsReply, { signal, timeoutMs });
  const found = models.find(({ name }) => isSameModel(name, model));
  if (found) return found;
  throw missing(
    model,
    models.map(({ name }) => name),
  );
}

/** The hash of a model's manifest: what it is made of, without its name. */
export async function digestOf(client: OllamaClient, model: string, signal: AbortSignal): Promise<string> {
  const { digest } = await tagOf(client, model, signal);
  if (digest !== "") return digest;
  throw new TuttiError("model.bad_answer", `Ollama does not tell the digest of ${model}`, {
    hint: "Update the model server.",
  });
}
