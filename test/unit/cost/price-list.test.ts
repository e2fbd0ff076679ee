import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "../../../src/core/random.ts";
import { findPrice, moneyBound, moneyOf, priceListSchema, type Price } from "../../../src/cost/price-list.ts";

const list = (models: Record<string, unknown>): unknown => ({ date: "2026-11-01", currency: "EUR", models });

describe("a price list", () => {
  it("is taken by whole names first, then by the longest beginning", () => {
    const prices = priceListSchema.parse(
      list({ "ollama/*": { perHour: 1 }, "ollama/llama*": { perHour: 2 }, "ollama/llama3.2": { perHour: 3 } }),
    );
    const perHour = (model: string): number | undefined => findPrice(prices, model)?.perHour;
    assert.deepEqual(
      ["ollama/llama3.2", "ollama/llama3.2:latest", "ollama/llama3.1", "ollama/qwen3", "remote/qwen3"].map(perHour),
      [3, 3, 2, 1, undefined],
    );
  });

  it("charges cached tokens by their own price, and time where there is one", () => {
    assert.equal(moneyOf({ input: 3, cached: 1, output: 10 }, { input: 1_000, cached: 400, output: 50, ms: 0 }), 2_700);
    assert.equal(moneyOf({ input: 3, output: 10 }, { input: 1_000, cached: 400, output: 50, ms: 0 }), 3_500);
    assert.equal(moneyOf({ perHour: 3.6 }, { input: 1, output: 1, ms: 1_500 }), 1_500);
    assert.equal(moneyOf({ perSecond: 0.001 }, { input: 1, output: 1, ms: 1_500 }), 1_500);
  });

  it("bounds what any call within the bounds of its tokens can cost", () => {
    const random = seededRandom(7);
    const upTo = (most: number): number => Math.floor(random() * (most + 1));
    for (let round = 0; round < 2_000; round++) {
      const price: Price = { input: upTo(20) / 3, output: upTo(20) / 7, cached: upTo(20) / 9, perHour: upTo(5) / 10 };
      const bound = { input: upTo(500), output: upTo(500), total: 0, ms: upTo(10_000) };
      bound.total = upTo(bound.input + bound.output);
      const input = Math.min(upTo(bound.input), bound.total);
      const output = Math.min(upTo(bound.output), bound.total - input);
      const real = moneyOf(price, { input, output, cached: upTo(input), ms: upTo(bound.ms) });
      assert.ok(real <= moneyBound(price, bound), JSON.stringify({ price, bound, input, output, real }));
    }
  });

  for (const { models, says } of [
    { models: { "ollama/a": { input: 1 } }, says: /input and output, or neither/ },
    { models: { "ollama/a": {} }, says: /perHour: 0/ },
    { models: { "ollama/a": { perHour: 1, perSecond: 1 } }, says: /not both/ },
    { models: { a: { perHour: 1 } }, says: /must be a model such as/ },
    { models: { "ollama/a": { perHour: -1 } }, says: /too small|>=0/i },
    { models: { "ollama/a": { perHour: 1, dollars: 2 } }, says: /dollars/ },
  ]) {
    it(`refuses ${JSON.stringify(models)} and says why`, () => {
      assert.match(JSON.stringify(priceListSchema.safeParse(list(models)).error?.issues), says);
    });
  }
});
