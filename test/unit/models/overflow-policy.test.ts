import assert from "node:assert/strict";
import { test } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import type { ChatMessage, ChatModel } from "../../../src/models/chat-model.ts";
import { withFixedWindow } from "../../../src/models/context/fixed-window.ts";
import { withOverflowPolicy } from "../../../src/models/context/overflow-policy.ts";
import { createScriptedModel } from "../../../src/models/scripted.ts";
import { ask, assertCode, failure, user } from "../../contract/chat-model.ts";

const words = (count: number): string => "word ".repeat(count);
const turns = (count: number): ChatMessage[] =>
  Array.from({ length: count }, (_, index) => ({ role: index % 2 ? "user" : "assistant", content: words(19) }));

const small = { contextLength: 4_096, numCtx: 100 };

test("a prompt that cannot fit reaches neither meter nor queue; each other try is a call of its own to them", async () => {
  const script = createScriptedModel({ ...small, answers: () => "ok" });
  let metered = 0;
  const meter: ChatModel = { name: script.name, chat: (...call) => (metered++, script.chat(...call)) };
  const model = withOverflowPolicy(meter, script.window);
  assertCode(await failure(model, { messages: [user(words(200))] }), "model.context_overflow");
  assert.equal(metered, 0);
  await ask(model, { messages: [user(words(200))], onOverflow: "grow" });
  assert.equal(metered, 1);
});

test("an answer that never ends lets a model grow by one rung only", async () => {
  const script = createScriptedModel({ ...small, answers: () => words(9_000) });
  const model = withOverflowPolicy(script, script.window);
  const error = await failure(model, { messages: [user("go on")], onOverflow: "grow" });
  assertCode(error, "model.context_overflow");
  assert.match(error.message, /filled the context of .*, which has 2,048.*So it was with one rung less/);
  assert.equal(script.requests.length, 2);
});

test("a prompt that needs more than one rung climbs them one by one, up to the model's own length", async () => {
  const script = createScriptedModel({ contextLength: 5_000, numCtx: 100, answers: () => "ok" });
  const model = withOverflowPolicy(script, script.window);
  const notices: string[] = [];
  const answer = await model.chat(
    { messages: [user(words(4_500))], onOverflow: "grow" },
    { signal: new AbortController().signal, onChunk: ({ kind, text }) => kind === "notice" && notices.push(text) },
  );
  assert.deepEqual(answer.grown, { from: 100, to: 5_000 });
  assert.deepEqual(
    notices.map((text) => text.replace(/.*: /, "")),
    ["100 to 2,048 tokens", "2,048 to 4,096 tokens", "4,096 to 5,000 tokens"],
  );
});

test("compact leaves room for the answer, and leaves out more where it was not enough", async () => {
  const script = createScriptedModel({ ...small, answers: (_request, index) => words(index === 0 ? 60 : 10) });
  const model = withOverflowPolicy(script, script.window);
  const answer = await ask(model, { messages: [user("goal"), ...turns(4)], onOverflow: "compact" });
  assert.equal(script.requests.length, 2);
  assert.ok((answer.compacted?.messages ?? 0) >= 1);
  assert.ok(answer.usage.inputTokens <= 100 - 25);
});

test("an answer that never ends is not compacted for again and again", async () => {
  const script = createScriptedModel({ ...small, answers: () => words(9_000) });
  const model = withOverflowPolicy(script, script.window);
  const messages = [user("goal"), ...turns(30)];
  const error = await failure(model, { messages, onOverflow: "compact" });
  assertCode(error, "model.context_overflow");
  assert.match(error.message, /filled the context.*So it was with fewer turns left out/);
  assert.equal(script.requests.length, 2);
});

test("what is no overflow is thrown on, whatever the policy", async () => {
  for (const onOverflow of ["grow", "compact"] as const) {
    const script = createScriptedModel({ ...small, answers: [{ error: new TuttiError("model.bad_answer", "broke") }] });
    const model = withOverflowPolicy(script, script.window);
    assertCode(await failure(model, { messages: [user("hello"), ...turns(6)], onOverflow }), "model.bad_answer");
  }
});

test("a model whose context nobody can see says that a policy cannot help", async () => {
  const script = createScriptedModel({ ...small, answers: () => "ok" });
  const model = withOverflowPolicy({ name: script.name, chat: (...call) => script.chat(...call) }, undefined);
  const request = { messages: [user(words(200))] };
  assert.doesNotMatch((await failure(model, request)).message, /onOverflow/);
  const error = await failure(model, { ...request, onOverflow: "compact" });
  assertCode(error, "model.context_overflow");
  assert.match(error.message, /onOverflow: "compact" cannot help/);
});

test("a model with a context that no call can change is estimated, compacted, and does not grow", async () => {
  const script = createScriptedModel({ contextLength: 200, answers: () => "ok" });
  const fixed = withFixedWindow(script, 200);
  const model = withOverflowPolicy(fixed, fixed.window);
  for (const length of [20, 60, 120]) await ask(model, { messages: [user(words(length))] });
  assertCode(await failure(model, { messages: [user(words(900))] }), "model.context_overflow");
  assert.equal(script.requests.length, 3, "it was refused by the estimate");
  const messages = [user("goal"), ...turns(14)];
  const answer = await ask(model, { messages, onOverflow: "compact" });
  assert.ok((answer.compacted?.messages ?? 0) >= 5);
  const error = await failure(model, { messages, onOverflow: "grow" });
  assert.match(error.message, /cannot grow: its server was started with a context of 200 tokens/);
});
