import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isSameEmbedder, type EmbedderIdentity } from "../../src/models/embedding-model.ts";
import { patientFetch } from "../../src/models/ollama/patient-fetch.ts";
import { createModelRegistry } from "../../src/models/registry.ts";
import type { ServedModel } from "../support/ollama-served.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { openRealServer, openScriptedServer, realOllamaMissing, type OllamaFixture } from "./chat-model-fixture.ts";
import { embeddingModelContract, type EmbeddingModelFixture } from "./embedding-model.ts";

async function embedder(open: () => Promise<OllamaFixture>): Promise<EmbeddingModelFixture> {
  const fixture = await open();
  const model = await fixture.registry.embedding("all-minilm");
  return { model, [Symbol.asyncDispose]: async () => fixture[Symbol.asyncDispose]() };
}

embeddingModelContract("Ollama client on the scripted server", () => embedder(openScriptedServer), {
  lacks: { meaning: "the scripted server knows words, not meaning" },
});
embeddingModelContract("Ollama client on a real Ollama", () => embedder(openRealServer), { skip: realOllamaMissing() });

describe("copies of an embedder", () => {
  const cases = [
    { name: "scripted server", open: openScriptedServer, skip: false as const },
    { name: "real Ollama", open: openRealServer, skip: realOllamaMissing() },
  ];
  for (const { name, open, skip } of cases) {
    test(`make vectors of the same identity under another name: ${name}`, { skip }, async () => {
      await using fixture = await open();
      const copy = `embedder-copy-${process.pid}`;
      const body = JSON.stringify({ source: "all-minilm", destination: copy });
      await fetch(`${fixture.registry.url}/api/copy`, { method: "POST", body });
      const { keeper } = await fixture.registry.keeperOf(copy);
      try {
        const { identity } = await (await fixture.registry.embedding("all-minilm")).embed(["one"], unaborted());
        const answer = await (
          await fixture.registry.embedding(copy)
        ).embed(["one"], {
          ...unaborted(),
          expected: identity ?? undefined,
        });
        assert.equal(answer.identity?.model, `ollama/${copy}`);
      } finally {
        await keeper.remove?.(copy, unaborted().signal);
      }
    });
  }
});

describe("an embedder that is replaced", () => {
  const embedder = (digest: string): ServedModel => ({ name: "embedder", capabilities: ["embedding"], digest });

  test("between two batches gives no vectors, since they would not be comparable", async () => {
    await using server = await startOllamaServer({ models: [embedder("a".repeat(64))] });
    let batches = 0;
    const registry = createModelRegistry({
      ollamaUrl: server.url,
      async fetch(url, init) {
        if (url.endsWith("/api/embed") && ++batches === 2) server.setModels([embedder("b".repeat(64))]);
        return patientFetch(url, init);
      },
    });
    const model = await registry.embedding("embedder");
    const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`);
    await assert.rejects(model.embed(texts, unaborted()), { code: "model.bad_answer", message: /was replaced/ });
    const { identity } = await model.embed(texts, unaborted());
    assert.equal(identity?.digest, "b".repeat(64), "the next call is of one model again");
  });

  test("is told before any text is sent to it", async () => {
    await using server = await startOllamaServer({ models: [embedder("a".repeat(64))] });
    const model = await createModelRegistry({ ollamaUrl: server.url }).embedding("embedder");
    const { identity } = await model.embed(["one"], unaborted());
    server.setModels([embedder("b".repeat(64))]);
    const sent = server.requests.filter((route) => route === "POST /api/embed").length;
    const call = { ...unaborted(), expected: identity ?? undefined };
    await assert.rejects(model.embed(["two"], call), { code: "model.embedder_changed", message: /aaaaaaaaaaaa/ });
    assert.equal(server.requests.filter((route) => route === "POST /api/embed").length, sent);
  });
});

test("two embedders without digests are the same by their names only", () => {
  const named: EmbedderIdentity = { model: "vllm/e5", digest: null, dimensions: 384 };
  assert.ok(isSameEmbedder(named, { ...named }));
  assert.ok(!isSameEmbedder(named, { ...named, model: "vllm/bge" }));
  assert.ok(!isSameEmbedder(named, { ...named, digest: "a".repeat(64) }), "which it is cannot be told");
});

function unaborted(): { signal: AbortSignal } {
  return { signal: new AbortController().signal };
}
