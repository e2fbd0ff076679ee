import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheBytesPerToken } from "../../../src/models/ollama/memory.ts";

const perToken = (architecture: string, measures: Record<string, unknown>): number | undefined =>
  cacheBytesPerToken({
    parameters: "",
    details: {},
    capabilities: [],
    model_info: {
      "general.architecture": architecture,
      ...Object.fromEntries(Object.entries(measures).map(([key, value]) => [`${architecture}.${key}`, value])),
    },
  });

test("a token of llama3.2 (3B) takes 112 KiB of cache, of mistral (7B) 128 KiB", () => {
  const llama = {
    block_count: 28,
    embedding_length: 3_072,
    "attention.head_count": 24,
    "attention.head_count_kv": 8,
    "attention.key_length": 128,
    "attention.value_length": 128,
  };
  assert.equal(perToken("llama", llama), 112 * 1_024);
  const mistral = {
    block_count: 32,
    embedding_length: 4_096,
    "attention.head_count": 32,
    "attention.head_count_kv": 8,
  };
  assert.equal(perToken("llama", mistral), 128 * 1_024);
});

test("heads may be told for each layer, and are all of them where nobody tells", () => {
  const base = { block_count: 2, embedding_length: 64, "attention.head_count": 4 };
  assert.equal(perToken("gemma", { ...base, "attention.head_count_kv": [4, 2] }), 6 * 32 * 2);
  assert.equal(perToken("gemma", base), 8 * 32 * 2);
});

test("a model that does not tell its measures has no size", () => {
  assert.equal(perToken("odd", {}), undefined);
  assert.equal(perToken("odd", { block_count: 2, "attention.head_count": null }), undefined);
});
