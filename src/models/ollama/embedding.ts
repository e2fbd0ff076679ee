import { TuttiError } from "../../core/error.ts";
import { stripAccents } from "../accent.ts";
import type { EmbeddingModel } from "../embedding-model.ts";
import type { OllamaClient } from "./client.ts";
import { createInspector } from "./inspect.ts";
import { embedReply } from "./protocol.ts";

export interface OllamaEmbeddingOptions {
  readonly client: OllamaClient;
  /** As Ollama calls it. */
  readonly model: string;
  readonly provider?: string | undefined;
  readonly allowRemote?: readonly string[] | undefined;
}

// Bounds one request: the deadline is for each, and an abort takes effect between two at the latest.
const textsPerRequest = 64;

export function createOllamaEmbedding({
  client,
  model,
  provider = "ollama",
  allowRemote = [],
}: OllamaEmbeddingOptions): EmbeddingModel {
  const facts = createInspector(client, { model, capability: "embedding", allowRemote });
  const name = `${provider}/${model}`;
  return {
    name,
    async embed(texts, { signal }) {
      const { contextLength: contextLimit } = await facts(signal);
      const vectors: Float32Array[] = [];
      let inputTokens = 0;
      for (let start = 0; start < texts.length; start += textsPerRequest) {
        const input = texts.slice(start, start + textsPerRequest).map(stripAccents);
        // No num_ctx: an embedder has one of its own, and asking for another would load it anew.
        const body = { model, input, truncate: false };
        const reply = await client.request("/api/embed", embedReply, { body, about: { model, contextLimit }, signal });
        if (reply.embeddings.length !== input.length) throw miscounted(name, input.length, reply.embeddings.length);
        vectors.push(...reply.embeddings.map((numbers) => Float32Array.from(numbers)));
        inputTokens += reply.prompt_eval_count;
      }
      return { vectors, dimensions: sameLength(vectors, name), model: name, usage: { inputTokens } };
    },
  };
}

function sameLength(vectors: readonly Float32Array[], name: string): number {
  const dimensions = vectors[0]?.length ?? 0;
  if (vectors.every((vector) => vector.length === dimensions)) return dimensions;
  throw new TuttiError("model.bad_answer", `${name} answered vectors of different lengths`);
}

function miscounted(name: string, asked: number, got: number): TuttiError {
  return new TuttiError("model.bad_answer", `${name} answered ${got} vectors for ${asked} texts`);
}
