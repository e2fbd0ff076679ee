import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChatChunk, ChatModel } from "../../../src/models/chat-model.ts";
import { createModelRegistry, type ModelRegistryOptions } from "../../../src/models/registry.ts";
import { ask, assertCode, failure, unaborted, user } from "../../contract/chat-model.ts";
import { startOllamaServer, type OllamaReply, type OllamaServer } from "../../support/ollama-server.ts";
import { createVirtualClock, settle } from "../../support/virtual-clock.ts";

const hello = { messages: [user("hello")] };
const busy: OllamaReply = { error: { status: 503, message: "server busy, please try again" } };
const cut: OllamaReply = { text: "", hang: "cut" };
const cutLater: OllamaReply = { text: "half an", wordDelayMs: 20, hang: "cut" };

async function open(server: OllamaServer, options: Partial<ModelRegistryOptions> = {}): Promise<ChatModel> {
  const registry = createModelRegistry({ ollamaUrl: server.url, random: () => 0, ...options });
  return registry.chat("tiny-chat");
}

/** Answers by turn; the last one for all that come after. */
function byTurn(...replies: readonly OllamaReply[]): (body: unknown, index: number) => OllamaReply {
  return (_body, index) => replies[Math.min(index, replies.length - 1)] ?? {};
}

/** Keeps the first answer back until it is opened. */
function gated(gate: Promise<void>): (body: unknown, index: number) => Promise<OllamaReply> {
  return async (_body, index) => {
    if (index === 0) await gate;
    return { text: "well" };
  };
}

async function firstChat(server: OllamaServer): Promise<void> {
  while (server.chats.length === 0) await settle();
}

describe("a call in line before its server", () => {
  test("its answer tells how long it waited, and the deadlines begin when it has its place", async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using server = await startOllamaServer({
      reply: async (_body, index) => {
        await gates[index]?.promise;
        return "well";
      },
    });
    const clock = createVirtualClock();
    const model = await open(server, { clock, firstTokenTimeoutMs: 1_000, timeoutMs: 2_000 });
    const first = ask(model, hello);
    while (server.chats.length < 1) await settle();
    const second = ask(model, hello);
    await clock.pass(900);
    gates[0]?.resolve();
    assert.equal((await first).timings.queueMs, 0);
    while (server.chats.length < 2) await settle();
    // 1,800 ms after it was asked for, and 900 after it had its place.
    await clock.pass(900);
    gates[1]?.resolve();
    const { timings } = await second;
    assert.deepEqual([timings.queueMs, timings.firstTokenMs], [900, 900]);
  });

  test("a call that is aborted in line never reaches the server", async () => {
    await using server = await startOllamaServer({ reply: { hang: "start" } });
    const model = await open(server);
    const abort = new AbortController();
    const first = failure(model, hello, { signal: abort.signal });
    await firstChat(server);
    const second = failure(model, hello, { signal: abort.signal });
    await settle();
    abort.abort("over");
    assertCode(await first, "model.aborted");
    assert.equal((await first).data, undefined);
    assert.equal((await second).cause, "over");
    assert.deepEqual((await second).data, { isSent: false }, "so that it costs nothing");
    assert.equal(server.chats.length, 1);
  });

  test("a server that is too busy is asked again, and the call has its answer", async () => {
    await using server = await startOllamaServer({ reply: byTurn(busy, busy, { text: "now" }) });
    const answer = await ask(await open(server), hello);
    assert.equal(answer.text, "now");
    assert.equal(server.chats.length, 3);
    // Pauses of 250 and 500 ms, of which chance took half away.
    assert.ok((answer.timings.queueMs ?? 0) >= 350, `${answer.timings.queueMs}`);
  });

  test("the caller's signal ends the waiting for a busy server", async () => {
    await using server = await startOllamaServer({ reply: busy });
    const model = await open(server);
    const abort = new AbortController();
    const waiting = failure(model, hello, { signal: abort.signal });
    await firstChat(server);
    abort.abort();
    assertCode(await waiting, "model.aborted");
  });

  test("a connection that breaks before the first token is tried again", async () => {
    await using server = await startOllamaServer({ reply: byTurn({ text: "one" }, cut, { text: "two" }) });
    const model = await open(server);
    await ask(model, hello);
    assert.equal((await ask(model, hello)).text, "two");
    assert.equal(server.chats.length, 3);
  });

  test("a broken connection is tried three times, no more", async () => {
    await using server = await startOllamaServer({ reply: byTurn({ text: "one" }, cut) });
    const model = await open(server);
    await ask(model, hello);
    assertCode(await failure(model, hello), "model.unreachable");
    assert.equal(server.chats.length, 4);
  });

  test("after a piece of an answer was handed on nothing is tried again", async () => {
    await using server = await startOllamaServer({ reply: byTurn({ text: "one" }, cutLater) });
    const model = await open(server);
    await ask(model, hello);
    assertCode(await failure(model, hello), "model.unreachable");
    assert.equal(server.chats.length, 2);
  });

  test("a failure of the model is not tried again", async () => {
    await using server = await startOllamaServer({ reply: { error: { status: 500, message: "out of memory" } } });
    assertCode(await failure(await open(server), hello), "model.bad_answer");
    assert.equal(server.chats.length, 1);
  });

  test("the first piece says how long it took, and a tool call comes as a piece", async () => {
    const toolCalls = [{ name: "read_file", arguments: { path: "a.txt" } }];
    await using server = await startOllamaServer({ reply: { thinking: "Hm.", text: "I read.", toolCalls } });
    const chunks: ChatChunk[] = [];
    await (await open(server)).chat(hello, { signal: unaborted(), onChunk: (chunk) => void chunks.push(chunk) });
    assert.deepEqual(
      chunks.map(({ kind, text, firstTokenMs }) => [kind, text, typeof firstTokenMs]),
      [
        ["thinking", "Hm.", "number"],
        ["text", "I", "undefined"],
        ["text", " read.", "undefined"],
        ["tool_call", "read_file", "undefined"],
      ],
    );
  });

  test("a run's priority decides who goes next", async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await startOllamaServer({ reply: gated(gate.promise) });
    const model = await open(server);
    const call = (priority: number, content: string): Promise<unknown> =>
      model.chat(
        { messages: [user(content)] },
        { signal: unaborted(), caller: { run: "r", flow: "f", key: "k", attempt: 1, priority, join: () => undefined } },
      );
    const first = call(0, "first");
    await firstChat(server);
    const others = [call(0, "low"), call(5, "high")];
    await settle();
    gate.resolve();
    await Promise.all([first, ...others]);
    assert.deepEqual(
      server.chats.map(({ messages }) => messages[0]?.content),
      ["first", "high", "low"],
    );
  });

  test("embeddings stand in the same line", async () => {
    const gate = Promise.withResolvers<void>();
    const models = ["tiny-chat", { name: "all-minilm", capabilities: ["embedding"], contextLength: 256 }];
    await using server = await startOllamaServer({ models, reply: gated(gate.promise) });
    const registry = createModelRegistry({ ollamaUrl: server.url, maxLoaded: 1 });
    const chat = ask(await registry.chat("tiny-chat"), hello);
    await firstChat(server);
    const embedding = (await registry.embedding("all-minilm")).embed(["a text"], { signal: unaborted() });
    await settle();
    assert.ok(!server.requests.includes("POST /api/embed"));
    gate.resolve();
    await chat;
    assert.equal((await embedding).vectors.length, 1);
    assert.equal(registry.servers()[0]?.queue.view().swaps, 1);
  });
});
