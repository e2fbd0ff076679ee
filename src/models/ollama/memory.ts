import { z } from "zod";
import { isLoopback } from "./address.ts";
import type { OllamaClient } from "./client.ts";
import type { ShowReply } from "./protocol.ts";

const psReply = z.object({
  models: z.array(z.object({ name: z.string(), size_vram: z.number().default(0) })).default([]),
});

// Attention keys and values are kept as 16-bit floats unless OLLAMA_KV_CACHE_TYPE says otherwise, which no request tells.
const bytesPerValue = 2;

/**
 * Bytes that one more token of context takes: keys and values of every layer. Undefined where the server does not tell the
 * model's measures. Too much for models whose layers look back only a part of the way.
 */
export function cacheBytesPerToken({ model_info: info }: ShowReply): number | undefined {
  const architecture = String(info["general.architecture"]);
  const of = (key: string): unknown => info[`${architecture}.${key}`];
  const layers = positive(of("block_count"));
  const heads = positive(of("attention.head_count"));
  const ownWidth = widthOf(positive(of("embedding_length")), heads);
  const keyWidth = positive(of("attention.key_length")) ?? ownWidth;
  const valueWidth = positive(of("attention.value_length")) ?? ownWidth;
  const cacheHeads = headsOverLayers(of("attention.head_count_kv"), layers) ?? times(heads, layers);
  if (cacheHeads === undefined || keyWidth === undefined || valueWidth === undefined) return undefined;
  return cacheHeads * (keyWidth + valueWidth) * bytesPerValue;
}

/** One number for all layers, or one for each. */
function headsOverLayers(value: unknown, layers: number | undefined): number | undefined {
  if (Array.isArray(value)) return value.reduce<number>((sum, heads) => sum + (positive(heads) ?? 0), 0) || undefined;
  return times(positive(value), layers);
}

function widthOf(embedding: number | undefined, heads: number | undefined): number | undefined {
  return embedding !== undefined && heads !== undefined ? embedding / heads : undefined;
}

function times(left: number | undefined, right: number | undefined): number | undefined {
  return left !== undefined && right !== undefined ? left * right : undefined;
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

/**
 * Bytes that a model on this server could still take; undefined where nobody can tell: on another machine, or on a graphics
 * card, whose free memory Ollama does not say.
 */
export async function freeMemory(
  client: OllamaClient,
  model: string,
  { signal, availableBytes }: { readonly signal: AbortSignal; readonly availableBytes: () => number },
): Promise<number | undefined> {
  if (!isLoopback(client.url)) return undefined;
  const { models } = await client.request("/api/ps", psReply, { signal, timeoutMs: 5_000 });
  const loaded = models.find(({ name }) => name === model || name === `${model}:latest`);
  return loaded !== undefined && loaded.size_vram > 0 ? undefined : availableBytes();
}
