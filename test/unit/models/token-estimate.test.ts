import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatRequest } from "../../../src/models/chat-model.ts";
import { nextRung, rungFor } from "../../../src/models/context/context-window.ts";
import { createTokenEstimator, type TokenEstimator } from "../../../src/models/context/token-estimate.ts";
import { shapeOf } from "../../../src/models/context/token-shape.ts";

const prose = "The prompt is read from the front, and what has no room is gone before the model sees it. ";
const code = "for (const [key, value] of Object.entries(table)) total += value.count * (weights[key] ?? 1);\n";
const chinese = "本地模型有时会悄悄丢掉过长的提示，程序却得不到任何错误。";
const emoji = "🚀🎉 done ✅ ";

const prompt = (text: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: "user", content: text }],
  ...more,
});

/** Errors of the guesses, as a share of the truth, in the order of the texts. */
function errors(estimator: TokenEstimator, truth: (text: string) => number, texts: readonly string[]): number[] {
  return texts.map((text) => {
    const { likely } = estimator.estimate(prompt(text));
    estimator.learn(prompt(text), truth(text));
    return Math.abs(likely / truth(text) - 1);
  });
}

test("bytes are those of UTF-8, whatever the text", () => {
  for (const text of [prose, code, chinese, emoji, "naïve", ""])
    assert.equal(shapeOf(text).bytes, Buffer.byteLength(text), text);
});

test("a tokenizer of bytes is learned from a few answers", () => {
  const texts = [1, 9, 3, 6, 12, 2, 8, 5].map((times) => (times % 2 ? prose : code).repeat(times));
  const last = errors(createTokenEstimator(), (text) => Buffer.byteLength(text) + 12, texts).slice(4);
  assert.ok(Math.max(...last) < 0.15, last.join(" "));
});

test("a tokenizer of words is learned from a few answers", () => {
  const texts = [1, 9, 3, 6, 12, 2, 8, 5].map((times) => prose.repeat(times));
  const last = errors(createTokenEstimator(), (text) => text.split(" ").length + 30, texts).slice(4);
  assert.ok(Math.max(...last) < 0.15, last.join(" "));
});

test("a text of another kind than those before widens the band", () => {
  const estimator = createTokenEstimator();
  for (let times = 1; times < 20; times++) estimator.learn(prompt(prose.repeat(times)), 21 * times + 9);
  const width = (text: string): number => {
    const { low, high } = estimator.estimate(prompt(text));
    return high / low;
  };
  assert.ok(width(chinese.repeat(50)) > 2 * width(prose.repeat(50)));
});

test("what tools add is learned apart from text", () => {
  const tools = [{ name: "read_file", description: prose.repeat(5), parameters: { type: "object" } }];
  const estimator = createTokenEstimator();
  for (let times = 1; times < 12; times++) {
    estimator.learn(prompt(prose.repeat(times)), 20 * times);
    estimator.learn(prompt(prose.repeat(times), { tools }), 20 * times + 300);
  }
  const { parts, likely } = estimator.estimate(prompt(prose.repeat(10), { tools }));
  assert.ok(Math.abs(parts.tools - 300) < 60, `${parts.tools}`);
  assert.ok(Math.abs(likely - 500) < 50, `${likely}`);
});

test("before anything is known the band is wide, and its low end is never below two fifths", () => {
  const { low, likely, high } = createTokenEstimator().estimate(prompt(prose.repeat(100)));
  assert.ok(low * 2.5 <= likely && low * 2.6 > likely, `${low} ${likely}`);
  assert.ok(high > likely * 3);
});

test("a megabyte is estimated in seconds at most", () => {
  const text = code.repeat(12_000);
  const startedAt = performance.now();
  createTokenEstimator().estimate(prompt(text));
  assert.ok(performance.now() - startedAt < 5_000);
});

test("rungs are powers of two from 2k on", () => {
  assert.deepEqual(
    [64, 2_047, 2_048, 5_000, 8_192, 65_536].map(nextRung),
    [2_048, 2_048, 4_096, 8_192, 16_384, 131_072],
  );
  assert.deepEqual([100, 2_048, 2_049, 8_192].map(rungFor), [2_048, 2_048, 4_096, 8_192]);
});
