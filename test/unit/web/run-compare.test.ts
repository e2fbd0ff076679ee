import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  answerOf,
  deltaOf,
  placeInKey,
  shownSteps,
  type ComparedStep,
  type Comparison,
} from "../../../web/pages/run/compare/comparison.ts";
import { shortened, wordDiff } from "../../../web/ui/word-diff.ts";

const side = { status: "succeeded", attempts: 1, durationMs: 100, tokens: null, outputHash: "x", error: null };
const step: ComparedStep = { key: "a", name: "a", kind: "run", change: "same", what: [], a: side, b: side };

function comparison(counts: Partial<Comparison["counts"]>, b: Partial<Comparison["b"]> = {}): Comparison {
  const run = { id: "run_a", flow: "f", status: "succeeded", createdAt: 0, startedAt: 0, finishedAt: 10_000 };
  return {
    a: run,
    b: { ...run, id: "run_b", ...b },
    counts: { same: 0, changed: 0, onlyA: 0, onlyB: 0, ...counts },
    steps: [],
  };
}

describe("two runs beside one another", () => {
  it("are told apart in one sentence", () => {
    assert.equal(answerOf(comparison({ same: 3 })), "All 3 steps gave the same; both took about as long");
    assert.equal(
      answerOf(comparison({ changed: 1, onlyB: 2 }, { status: "failed", finishedAt: 4_000 })),
      "1 step differs, 2 steps only in B; A succeeded, B failed; B took 6\u202fs less",
    );
  });

  it("say by how much a step took longer, and nothing where one has none", () => {
    assert.equal(deltaOf({ ...step, b: { ...side, durationMs: 1_300 } }), "+1.2\u202fs");
    assert.equal(deltaOf({ ...step, b: { ...side, durationMs: 70 } }), "−30\u202fms");
    assert.equal(deltaOf(step), "");
    assert.equal(deltaOf({ ...step, b: null }), "");
  });

  it("name what a step lies in", () => {
    assert.equal(placeInKey("parse[2]/words"), "in parse › item 3");
    assert.equal(placeInKey("a%2Fb/c"), "in a/b");
    assert.equal(placeInKey("top"), "");
  });

  it("show differences only, or all", () => {
    const steps: ComparedStep[] = [step, { ...step, key: "b", change: "changed" }];
    assert.equal(shownSteps({ steps }, true).length, 1);
    assert.equal(shownSteps({ steps }, false).length, 2);
  });
});

describe("the difference of two texts", () => {
  it("is told by words", () => {
    assert.deepEqual(wordDiff("one two three", "one 2 three"), [
      { text: "one ", side: "both" },
      { text: "two", side: "a" },
      { text: "2", side: "b" },
      { text: " three", side: "both" },
    ]);
  });

  it("leaves out what both have far from any difference", () => {
    const [first, , , last] = shortened(wordDiff(`${"w ".repeat(1_000)}a`, `${"w ".repeat(1_000)}b c`) ?? []);
    assert.ok(first && first.text.length < 300);
    assert.equal(last, undefined);
  });
});
