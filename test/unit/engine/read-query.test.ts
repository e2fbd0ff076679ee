import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import { parseQuery } from "../../../src/engine/read/query.ts";

const now = Date.UTC(2026, 10, 25, 12);
const terms = (text: string): unknown[] =>
  parseQuery(text, now).map(({ key, values, isNot }) => [isNot ? `-${key}` : key].concat(values));

describe("a query for runs", () => {
  const read: Readonly<Record<string, unknown[]>> = {
    "": [],
    "   ": [],
    "status:failed,waiting": [["status", "failed", "waiting"]],
    "Status:FAILED": [["status", "failed"]],
    "-flow:triage": [["-flow", "triage"]],
    'error:"no room, here"': [["error", "no room, here"]],
    'error:"say \\"hi\\""': [["error", 'say "hi"']],
    'flow:a,"b c",d': [["flow", "a", "b c", "d"]],
    "two words": [
      ["text", "two"],
      ["text", "words"],
    ],
    '"two words" -"not these"': [
      ["text", "two words"],
      ["-text", "not these"],
    ],
    "one,word - 3": [
      ["text", "one,word"],
      ["text", "-"],
      ["text", "3"],
    ],
    '"http://x"': [["text", "http://x"]],
    "model:ollama/qwen3:8b": [["model", "ollama/qwen3:8b"]],
    "since:24h": [["since", String(now - 86_400_000)]],
    "until:2026-11-25": [["until", String(Date.UTC(2026, 10, 25))]],
    "since:2026-11-25T08:00": [["since", String(Date.UTC(2026, 10, 25, 8))]],
    "since:2026-11-25T08:00+02:00": [["since", String(Date.UTC(2026, 10, 25, 6))]],
    "漢字 flow:ünï": [
      ["text", "漢字"],
      ["flow", "ünï"],
    ],
  };
  for (const [text, expected] of Object.entries(read)) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(terms(text), expected));
  }

  const refused: Readonly<Record<string, readonly [message: RegExp, hint: RegExp]>> = {
    "flow:a stauts:failed": [/at character 8: "stauts" is no key/, /Did you mean status:\?/],
    "status:faild": [/at character 1: "faild" is no status/, /Did you mean failed\?/],
    "waiting:godot": [/"godot" is no waiting/, /review, event, sleep, child, budget/],
    'error:"open': [/at character 7: the quote `"` is not closed/, /For example/],
    "flow:": [/"flow:" has no value/, /flow:triage/],
    "flow: x": [/"flow:" has no value/, /flow:triage/],
    "since:yesterday": [/"yesterday" is no time/, /24h/],
    "http://x": [/"http" is no key/, /stands in quotes/],
  };
  for (const [text, [message, hint]] of Object.entries(refused)) {
    it(`refuses ${JSON.stringify(text)} with the place and what to do`, () => {
      assert.throws(
        () => parseQuery(text, now),
        (error: unknown) => {
          assert.ok(error instanceof TuttiError);
          assert.equal(error.code, "usage.invalid");
          assert.match(error.message, message);
          assert.match(error.hint ?? "", hint);
          return true;
        },
      );
    });
  }

  it("is read to its end, whatever it is", () => {
    for (const text of ['"', "-", "--", ",", ":", '-"', 'a"b"c', "\\", '"\\', "a,,b", "flow:,,a", "- -", '""']) {
      try {
        parseQuery(text, now);
      } catch (error) {
        assert.ok(error instanceof TuttiError, String(error));
      }
    }
  });
});
