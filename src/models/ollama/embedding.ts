import { TuttiError } from "../../core/error.ts";
import { stripAccents } from "../accent.ts";
import { refuseOtherEmbedder, type EmbedderIdentity, type EmbeddingModel } from "../embedding-model.ts";
import type { OllamaClient } from "./client.ts";
import { digestOf } from "./digest.ts";
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
    async embed(texts, { signal, expected }) {
      const { contextLength: contextLimit } = await facts(signal);
      if (texts.length === 0) return { vectors: [], dimensions: 0, model: name, identity: null, usage: noUsage };
      const digest = await digestOf(client, model, signal);
      // Before any text is sent: reading a large set for nothing takes minutes.
      if (expected) refuseOtherEmbedder({ model: name, digest, dimensions: expected.dimensions }, expected);
      const batches = { model, texts: texts.map(stripAccents), contextLimit };
      const { vectors, inputTokens, ...timings } = await embedAll(client, batches, signal);
      // A pull may have replaced the model between two batches.
      if ((await digestOf(client, model, signal)) !== digest) throw replaced(name);
      const identity: EmbedderIdentity = { model: name, digest, dimensions: sameLength(vectors, name) };
      if (expected) refuseOtherEmbedder(identity, expected);
      return { vectors, dimensions: identity.dimensions, model: name, identity, usage: { inputTokens }, timings };
    },
  };
}

const noUsage = { inputTokens: 0 };

interface Batches {
  readonly model: string;
  readonly texts: readonly string[];
  readonly contextLimit: number | undefined;
}

interface Embedded {
  readonly vectors: Float32Array[];
  readonly inputTokens: number;
  readonly totalMs?: number;
  readonly loadMs?: number;
}

async function embedAll(
  client: OllamaClient,
  { model, texts, contextLimit }: Batches,
  signal: AbortSignal,
): Promise<Embedded> {
  const vectors: Float32Array[] = [];
  let inputTokens = 0;
  let [totalMs, loadMs]: (number | undefined)[] = [0, 0];
  for (let start = 0; start < texts.length; start += textsPerRequest) {
    const input = texts.slice(start, start + textsPerRequest);
    // No num_ctx: an embedder has one of its own, and asking for another would load it anew.
    const body = { model, input, truncate: false };
    const reply = await client.request("/api/embed", embedReply, { body, about: { model, contextLimit }, signal });
    if (reply.embeddings.length !== input.length) throw miscounted(model, input.length, reply.embeddings.length);
    vectors.push(...reply.embeddings.map((numbers) => Float32Array.from(numbers)));
    inputTokens += reply.prompt_eval_count;
    totalMs = addMs(totalMs, reply.total_duration);
    loadMs = addMs(loadMs, reply.load_duration);
  }
  return {
    vectors,
    inputTokens,
    ...(totalMs === undefined ? {} : { totalMs }),
    ...(loadMs === undefined ? {} : { loadMs }),
  };
}

/** What one request does not tell, nobody knows of all. */
function addMs(ms: number | undefined, nanoseconds: number | undefined): number | undefined {
  return ms === undefined || nanoseconds === undefined ? undefined : ms + nanoseconds / 1e6;
}

function sameLength(vectors: readonly Float32Array[], name: string): number {
  const dimensions = vectors[0]?.length ?? 0;
  if (vectors.every((vector) => vector.length === dimensions)) return dimensions;
  throw new TuttiError("model.bad_answer", `${name} answered vectors of different lengths`);
}

function miscounted(model: string, asked: number, got: number): TuttiError {
  return new TuttiError("model.bad_answer", `ollama/${model} answered ${got} vectors for ${asked} texts`);
}

function replaced(name: string): TuttiError {
  return new TuttiError("model.bad_answer", `${name} was replaced while it made vectors, so none of them are kept`, {
    hint: "Make the call again.",
  });
}
