import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TuttiError } from "../../src/core/error.ts";
import type { EmbeddingModel } from "../../src/models/embedding-model.ts";

export interface EmbeddingModelFixture extends AsyncDisposable {
  readonly model: EmbeddingModel;
}

export interface EmbeddingModelContractOptions {
  readonly skip?: string | false;
  readonly lacks?: { readonly meaning?: string };
}

/** What every EmbeddingModel promises. The model must refuse a text of 5,000 words. */
export function embeddingModelContract(
  name: string,
  open: () => Promise<EmbeddingModelFixture>,
  options: EmbeddingModelContractOptions = {},
): void {
  describe(`embedding model contract: ${name}`, { skip: options.skip ?? false, timeout: 60_000 }, () => {
    test("every text gets a vector of length 1, in order", async () => {
      await using fixture = await open();
      const texts = Array.from({ length: 70 }, (_, index) => `sentence number ${index}`);
      const answer = await fixture.model.embed(texts, { signal: unaborted() });
      assert.equal(answer.vectors.length, 70);
      assert.ok(answer.dimensions > 0 && answer.vectors.every((vector) => vector.length === answer.dimensions));
      for (const vector of answer.vectors) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-3);
      const [alone] = (await fixture.model.embed([texts[69] ?? ""], { signal: unaborted() })).vectors;
      assert.ok(cosine(alone, answer.vectors[69]) > 0.999);
      assert.ok(answer.usage.inputTokens > 70);
      assert.equal(answer.model, fixture.model.name);
    });

    test("accents make no difference", async () => {
      await using fixture = await open();
      const { vectors } = await fixture.model.embed(["naïve café", "naive cafe"], { signal: unaborted() });
      assert.ok(cosine(vectors[0], vectors[1]) > 0.999);
    });

    test("near in meaning is near", { skip: options.lacks?.meaning ?? false }, async () => {
      await using fixture = await open();
      const texts = ["A cat sits on the mat.", "A kitten rests on a rug.", "The stock market fell sharply."];
      const [cat, kitten, market] = (await fixture.model.embed(texts, { signal: unaborted() })).vectors;
      assert.ok(cosine(cat, kitten) > cosine(cat, market) + 0.3);
    });

    test("no text gives no vector", async () => {
      await using fixture = await open();
      const answer = await fixture.model.embed([], { signal: unaborted() });
      assert.deepEqual([answer.vectors, answer.dimensions], [[], 0]);
    });

    test("vectors carry the identity of what made them, the same each time", async () => {
      await using fixture = await open();
      const first = await fixture.model.embed(["one"], { signal: unaborted() });
      const { identity } = await fixture.model.embed(["two", "three"], { signal: unaborted() });
      assert.ok(identity && first.identity);
      assert.deepEqual(identity, first.identity);
      assert.deepEqual([identity.dimensions, identity.model], [first.dimensions, fixture.model.name]);
      assert.ok(identity.digest === null || /^[0-9a-f]{64}$/.test(identity.digest), String(identity.digest));
      const none = await fixture.model.embed([], { signal: unaborted() });
      assert.equal(none.identity, null, "without a vector there is nothing to tell");
    });

    test("who expects an identity gets vectors of that one or model.embedder_changed", async () => {
      await using fixture = await open();
      const { identity } = await fixture.model.embed(["one"], { signal: unaborted() });
      assert.ok(identity);
      const same = await fixture.model.embed(["two"], { signal: unaborted(), expected: identity });
      assert.deepEqual(same.identity, identity);
      const others = [
        { ...identity, digest: "0".repeat(64) },
        { ...identity, dimensions: identity.dimensions + 1 },
        { model: "other/name", digest: null, dimensions: identity.dimensions },
      ];
      for (const expected of others) {
        await assert.rejects(
          fixture.model.embed(["three"], { signal: unaborted(), expected }),
          (error) => hasCode("model.embedder_changed")(error) && "expected" in ((error as TuttiError).data as object),
        );
      }
    });

    test("a text that is too long is refused, not cut", async () => {
      await using fixture = await open();
      await assert.rejects(
        fixture.model.embed(["short", "word ".repeat(5_000)], { signal: unaborted() }),
        hasCode("model.context_overflow"),
      );
    });

    test("an aborted signal gets no vectors", async () => {
      await using fixture = await open();
      await assert.rejects(fixture.model.embed(["text"], { signal: AbortSignal.abort() }), hasCode("model.aborted"));
    });
  });
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof TuttiError && error.code === code;
}

function cosine(left: Float32Array | undefined, right: Float32Array | undefined): number {
  assert.ok(left && right);
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}

function unaborted(): AbortSignal {
  return new AbortController().signal;
}
