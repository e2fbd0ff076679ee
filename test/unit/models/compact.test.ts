import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatMessage, ToolCall } from "../../../src/models/chat-model.ts";
import { compact } from "../../../src/models/context/compact.ts";
import { blocksOf } from "../../../src/models/context/conversation.ts";

const read: ToolCall = { name: "read_file", arguments: { path: "a.txt" } };
const say = (role: ChatMessage["role"], content: string, toolCalls?: readonly ToolCall[]): ChatMessage =>
  toolCalls ? { role, content, toolCalls } : { role, content };
const result = (content: string): ChatMessage => ({ role: "tool", content, toolName: "read_file" });

const tokensOf = (messages: readonly ChatMessage[]): number => messages.length * 10;
const by = (excess: number, more: { least?: number; portion?: number } = {}) => ({
  excess,
  least: more.least ?? excess,
  portion: more.portion ?? 1,
  tokensOf,
});

const conversation: readonly ChatMessage[] = [
  say("system", "rules"),
  say("user", "goal"),
  say("assistant", "one", [read]),
  result("one's result"),
  say("assistant", "two", [read, read]),
  result("two's first result"),
  say("system", "a rule that came later"),
  say("assistant", "three"),
  say("user", "four"),
  say("assistant", "five", [read]),
  result("five's result"),
];

test("a conversation is told apart into system text, goal, history and what is newest or open", () => {
  assert.deepEqual(
    blocksOf(conversation).map(({ part, messages }) => [part, messages[0]?.content, messages.length]),
    [
      ["system", "rules", 1],
      ["goal", "goal", 1],
      ["history", "one", 2],
      ["newest", "two", 2],
      ["system", "a rule that came later", 1],
      ["history", "three", 1],
      ["history", "four", 1],
      ["newest", "five", 2],
    ],
  );
});

test("the oldest turns go first, a call with its results, and one note stands in their place", () => {
  const { request, leftOut } = compact({ messages: conversation }, by(15, { least: 5 })) ?? assert.fail();
  assert.deepEqual(leftOut, { messages: 2, tokens: 20 });
  const contents = request.messages.map(({ content }) => content);
  assert.match(contents[2] ?? "", /^\[2 earlier messages were left out here/);
  assert.deepEqual(
    [...contents.slice(0, 2), ...contents.slice(3)],
    ["rules", "goal", ...conversation.slice(4).map(({ content }) => content)],
  );
});

test("what must stay, stays, whatever is asked for", () => {
  const { request } = compact({ messages: conversation }, by(1_000, { least: 1 })) ?? assert.fail();
  const contents = request.messages.map(({ content }) => content).filter((content) => !content.startsWith("["));
  assert.deepEqual(contents, [
    "rules",
    "goal",
    "two",
    "two's first result",
    "a rule that came later",
    "five",
    "five's result",
  ]);
});

test("where too little may go, nothing is left out", () => {
  assert.equal(compact({ messages: conversation }, by(1_000, { least: 40 })), undefined);
  assert.equal(compact({ messages: [say("user", "goal")] }, by(1, { least: -5 })), undefined);
});

test("turn after turn the same messages are left out, until a portion is full", () => {
  const messages = [say("user", "goal"), ...Array.from({ length: 40 }, (_, index) => say("assistant", `${index}`))];
  const firstKept = [5, 15, 25, 35, 45, 55, 65, 75].map(
    (excess) => compact({ messages }, by(excess, { least: 0, portion: 40 }))?.request.messages[2]?.content,
  );
  assert.deepEqual(firstKept, ["4", "4", "4", "4", "8", "8", "8", "8"]);
});

test("the rest of the request is untouched", () => {
  const request = { messages: conversation, options: { seed: 1 }, format: "json" as const };
  const { messages: _, ...rest } = compact(request, by(20, { least: 1 }))?.request ?? assert.fail();
  assert.deepEqual(rest, { options: { seed: 1 }, format: "json" });
});
