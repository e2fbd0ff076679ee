import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { judgeCorpus } from "../../corpus/corpus.ts";

const { repairable, refused } = judgeCorpus();
const wrong = (verdicts: typeof refused): string[] =>
  verdicts.filter(({ isRight }) => !isRight).map(({ group, kind, found }) => `${group}, ${kind}: ${found}`);

test("the corpus has at least 200 wrong answers, and 50 more that must be refused, no kind twice in a group", () => {
  assert.ok(repairable.length >= 200, `${repairable.length}`);
  assert.ok(refused.length >= 50, `${refused.length}`);
  const kinds = [...repairable, ...refused].map(({ group, kind }) => `${group}: ${kind}`);
  assert.deepEqual(
    kinds.filter((kind, index) => kinds.indexOf(kind) !== index),
    [],
  );
});

test("at least 95 of 100 wrong answers are repaired to what was meant", () => {
  const right = repairable.filter(({ isRight }) => isRight).length;
  assert.ok(right / repairable.length >= 0.95, `${right} of ${repairable.length}\n${wrong(repairable).join("\n")}`);
});

test("nothing is taken for a call or an output that is none", () => {
  assert.deepEqual(wrong(refused), []);
});

test("docs/answers.md tells the figures as they are", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/answers.md"), "utf8").replaceAll(/\s+/g, " ");
  const right = repairable.filter(({ isRight }) => isRight).length;
  const percent = ((100 * right) / repairable.length).toFixed(1);
  for (const told of [
    `takes ${repairable.length} wrong answers`,
    `${refused.length} that only look like calls or output`,
    `${right} repaired (${percent} %), 0 wrongly accepted`,
  ])
    assert.ok(text.includes(told), `it does not say "${told}"`);
});
