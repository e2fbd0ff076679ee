import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { issueInWords, issuesInWords } from "../../../src/core/issue.ts";

/** What is said about a value that a schema does not take. */
function said(schema: z.ZodType, value: unknown): string {
  const parsed = schema.safeParse(value, { error: issueInWords });
  assert.ok(parsed.error, "the value was taken");
  return issuesInWords(parsed.error.issues);
}

const cases: readonly (readonly [schema: z.ZodType, value: unknown, words: string])[] = [
  [z.string(), 5, "must be text, not 5"],
  [z.string(), undefined, "is missing: it must be text"],
  [z.int(), 1.5, "must be a whole number, not 1.5"],
  [z.coerce.number(), "many", "must be a number"],
  [z.number().min(2), 1, "must be at least 2"],
  [z.number().lt(2), 2, "must be less than 2"],
  [z.string().min(1), "", "must not be empty"],
  [z.string().max(3), "long", "must have at most 3 letters"],
  [z.array(z.string()).max(1), ["a", "b"], "must have at most 1 entry"],
  [z.array(z.string()), {}, "must be a list, not an object"],
  [z.enum(["red", "blue"]), "bleu", 'must be "red" or "blue", not "bleu" (did you mean blue?)'],
  [z.union([z.string(), z.number()]), [], "must be text or a number, not a list"],
  [z.union([z.literal("x"), z.object({})]), 4, "has none of the forms that it may have; it is 4"],
  [z.number().multipleOf(5), 4, "must be a multiple of 5"],
  [z.string().regex(/^a+$/), "b", 'must match /^a+$/, unlike "b"'],
  [z.string().startsWith("run_"), "b", 'must begin with "run_", unlike "b"'],
  [z.email(), "b", 'is not a valid email: "b"'],
  [z.string().max(3, "is rather long"), "long", "is rather long"],
  [z.string().refine(() => false), "x", "is not valid"],
];

describe("what a schema has against a value", () => {
  for (const [schema, value, words] of cases) {
    it(`is said in words: ${words}`, () => assert.equal(said(schema, value), `the value ${words}`));
  }

  it("is said with its place", () => {
    const schema = z.strictObject({ list: z.array(z.object({ name: z.string() })) });
    assert.equal(
      said(schema, { list: [{ name: 1 }], rest: 2 }),
      'list[0].name must be text, not 1; the value takes no "rest"',
    );
  });

  it("does not repeat a value that would fill the screen", () => {
    assert.ok(said(z.number(), "x".repeat(1_000)).length < 100);
  });
});
