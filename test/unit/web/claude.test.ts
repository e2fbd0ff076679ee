import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acceptance, answerOf, hasTold, readTokens } from "../../../web/pages/claude/claude-words.ts";

const nothing = {
  sessions: 0,
  calls: 0,
  toolCalls: 0,
  errors: 0,
  costUsd: 0,
  editsAccepted: 0,
  editsRejected: 0,
};

describe("the page of Claude Code", () => {
  it("begins with how things are", () => {
    assert.equal(answerOf(nothing), "Claude Code has told nothing in this time.");
    assert.equal(answerOf({ ...nothing, sessions: 1, costUsd: 0.5 }), "1 session, $0.50 at list prices.");
    assert.match(answerOf({ ...nothing, sessions: 2, errors: 3 }), /2 sessions, .*; 3 errors\.$/);
  });

  it("knows that something was told where counters alone have told it", () => {
    assert.equal(hasTold(nothing), false);
    assert.equal(hasTold({ ...nothing, costUsd: 0.01 }), true);
  });

  it("does not take for refused what nobody has decided on", () => {
    assert.equal(acceptance(nothing), null);
    assert.equal(acceptance({ ...nothing, editsAccepted: 3, editsRejected: 1 }), 0.75);
  });

  it("counts as read what came from the cache, too", () => {
    assert.equal(readTokens({ input: 1, cacheRead: 20, cacheCreation: 300 }), 321);
  });
});
