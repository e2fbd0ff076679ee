import assert from "node:assert/strict";
import { test } from "node:test";
import { checkClaims } from "../../../examples/code-review/claim.ts";
import type { Claim } from "../../../examples/code-review/claim.ts";
import type { Question } from "../../../examples/code-review/question.ts";

const question: Question = {
  file: "a.ts",
  prompt: "",
  lines: [
    { line: 10, text: "  const total = items.length / count;" },
    { line: 11, text: "  }" },
    { line: 40, text: "  return total;" },
  ],
  leftOut: "",
};
const claim = (change: Partial<Claim> = {}): Claim => {
  const fault = "division by zero";
  return { line: 10, quote: "items.length / count", severity: "high", title: fault, detail: "Count is 0.", ...change };
};
const kept = (...claims: Claim[]): string[] =>
  checkClaims(claims, question, "ollama/x").claims.map(({ line, title }) => `${line} ${title}`);

test("a claim stands on a changed line whose code the model could quote", () => {
  assert.deepEqual(kept(claim()), ["10 division by zero"]);
  assert.deepEqual(kept(claim({ quote: "10 +  const total  =  items.length / count;" })), ["10 division by zero"]);
  assert.deepEqual(kept(claim({ line: 25 })), []);
  assert.deepEqual(kept(claim({ line: 40 })), []);
  assert.deepEqual(kept(claim({ quote: "something else" })), []);
  assert.deepEqual(kept(claim({ quote: "" })), []);
  assert.deepEqual(kept(claim({ line: 11, quote: "}" })), ["11 division by zero"]);
  // A short quote is in too many lines to prove anything.
  assert.deepEqual(kept(claim({ quote: "to" })), []);
});

test("a line miscounted by a little is put right by the quote", () => {
  assert.deepEqual(kept(claim({ line: 12 })), ["10 division by zero"]);
  assert.deepEqual(kept(claim({ line: 14 })), []);
});

test("what is said twice, or says nothing, is dropped and counted", () => {
  const result = checkClaims(
    [
      claim(),
      claim({ title: "Division by zero!", detail: "Again, in other words." }),
      claim({ line: 40, quote: "return total", title: "the same elsewhere" }),
      claim({ line: 40, quote: "return total", title: "??", detail: "What is it?" }),
      claim({ line: 40, quote: "return total", title: "The fault in a few words", detail: "Echo." }),
    ],
    question,
    "ollama/x",
  );
  assert.equal(result.claims.length, 1);
  assert.equal(result.dropped, 4);
  assert.equal(result.claims[0]?.source, "model ollama/x");
  assert.equal(result.claims[0]?.kind, "model");
});

test("a model that talks without end is cut", () => {
  const many = Array.from({ length: 50 }, (_, index) =>
    claim({ title: `fault ${"abcdefghij"[index % 10]}${index}`, detail: `x${index} happens` }),
  );
  const { claims } = checkClaims([claim({ title: `long ${"word ".repeat(500)}` }), ...many], question, "m");
  assert.equal(claims.length, 8);
  assert.ok(claims.every(({ title, detail }) => title.length <= 100 && detail.length <= 400));
});
