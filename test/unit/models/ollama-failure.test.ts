import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createModelRegistry, type ModelRegistryOptions } from "../../../src/models/registry.ts";
import { ask, assertCode, failure, unaborted, user } from "../../contract/chat-model.ts";
import { startOllamaServer, type OllamaServer } from "../../support/ollama-server.ts";

const hello = { messages: [user("hello")] };

async function open(server: OllamaServer, options: Partial<ModelRegistryOptions> = {}) {
  return createModelRegistry({ ollamaUrl: server.url, ...options }).chat("tiny-chat");
}

test("every request refuses truncation and shifting, streams, and carries num_ctx", async () => {
  await using server = await startOllamaServer();
  await ask(await open(server), {
    ...hello,
    options: { temperature: 0, topP: 0.5, stop: ["x"], maxTokens: 9, seed: 3 },
  });
  const { truncate, shift, stream, options } = server.chats[0] ?? assert.fail();
  assert.deepEqual({ truncate, shift, stream }, { truncate: false, shift: false, stream: true });
  assert.deepEqual(options, { num_ctx: 8_192, num_predict: 9, temperature: 0, seed: 3, top_p: 0.5, stop: ["x"] });
});

test("a schema that the server makes no grammar of fails with what may not stand in it", async () => {
  const reply = { error: { status: 500, message: "invalid JSON schema in format" } };
  await using server = await startOllamaServer({ reply });
  const error = await failure(await open(server), { ...hello, format: { type: "string", pattern: "^Q" } });
  assertCode(error, "model.bad_answer");
  assert.match(error.hint ?? "", /a pattern must begin with \^ and end with \$/);
});

test("num_ctx stays, is no more than the model was made for, and grows for a step that asks for more", async () => {
  await using server = await startOllamaServer({
    models: [
      { name: "tiny-chat", contextLength: 16_384 },
      { name: "small", contextLength: 2_048 },
    ],
  });
  const registry = createModelRegistry({ ollamaUrl: server.url, numCtx: 4_096 });
  for (const numCtx of [512, undefined, 8_192, 512, 99_999])
    await ask(await registry.chat("tiny-chat:latest"), { ...hello, options: { numCtx } });
  await ask(await registry.chat("small"), hello);
  assert.deepEqual(
    server.loads.map(({ numCtx }) => numCtx),
    [4_096, 8_192, 16_384, 2_048],
  );
});

test("an error in the middle of a stream is an error, whatever came before", async () => {
  await using server = await startOllamaServer({
    reply: { text: "half an", error: { status: 200, message: "runner crashed" } },
  });
  const error = await failure(await open(server), hello);
  assertCode(error, "model.bad_answer");
  assert.match(error.message, /in the middle of an answer: runner crashed/);
});

test("a server that stays too busy for a whole call's time is unreachable", async () => {
  await using server = await startOllamaServer({ reply: { error: { status: 503, message: "server busy" } } });
  const error = await failure(await open(server, { timeoutMs: 100 }), hello);
  assertCode(error, "model.unreachable");
  assert.match(error.message, /too busy/);
  assert.ok(server.chats.length > 1, "it was asked again");
});

test("a status 500 is a bad answer with its message", async () => {
  await using server = await startOllamaServer({ reply: { error: { status: 500, message: "out of memory" } } });
  const error = await failure(await open(server), hello);
  assertCode(error, "model.bad_answer");
  assert.match(error.message, /tiny-chat.*500: out of memory/);
});

test("a connection lost in the middle is unreachable", async () => {
  await using server = await startOllamaServer({ reply: { text: "half an", hang: "cut" } });
  assertCode(await failure(await open(server), hello), "model.unreachable");
});

test("a model that does not begin in time is given up, and the server is told", async () => {
  await using server = await startOllamaServer({ reply: { hang: "start" } });
  const error = await failure(await open(server, { firstTokenTimeoutMs: 30 }), hello);
  assertCode(error, "model.unreachable");
  assert.deepEqual(error.data, { deadline: "firstTokenTimeout", ms: 30 });
  await server.abandoned();
});

test("a model that does not end in time is given up, though it began", async () => {
  await using server = await startOllamaServer({ reply: { text: "half an", hang: "middle" } });
  const error = await failure(await open(server, { firstTokenTimeoutMs: 40, timeoutMs: 80 }), hello);
  assert.deepEqual(error.data, { deadline: "timeout", ms: 80 });
});

test("an abort hangs up while the model has not begun", async () => {
  await using server = await startOllamaServer({ reply: { hang: "start" } });
  const abort = new AbortController();
  const waiting = failure(await open(server), hello, { signal: abort.signal });
  while (server.chats.length === 0) await new Promise(setImmediate);
  abort.abort();
  assertCode(await waiting, "model.aborted");
  await server.abandoned();
});

test("thinking is kept apart from text", async () => {
  await using server = await startOllamaServer({ reply: { thinking: "Hm.", text: "Yes." } });
  const answer = await ask(await open(server), hello);
  assert.deepEqual([answer.thinking, answer.text], ["Hm.", "Yes."]);
});

test("a server that is not Ollama is a bad answer", async () => {
  const other = createServer((_request, response) => void response.end("<html>hello</html>"));
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  const registry = createModelRegistry({ ollamaUrl: `127.0.0.1:${(other.address() as AddressInfo).port}` });
  assertCode(await failure(await registry.chat("any"), hello), "model.bad_answer");
  const reachable = await registry.reachable();
  assert.ok(!reachable.ok && reachable.hint.includes("does not speak as Ollama does"));
  other.closeAllConnections();
  other.close();
});

test("a host that nobody allowed gets no request", async () => {
  const fetch = (): Promise<Response> => assert.fail("a request was sent");
  const registry = createModelRegistry({ ollamaUrl: "http://gpu-box:11434", fetch });
  assertCode(await failure(await registry.chat("any"), hello), "model.unreachable");
  const reachable = await registry.reachable("default", unaborted());
  assert.ok(!reachable.ok && /allowRemote/.test(reachable.hint));
});

test("a cloud model is neither asked nor taken for default", async () => {
  const cloud = { name: "big:cloud", remoteHost: "https://ollama.com:443" };
  await using server = await startOllamaServer({ models: [cloud, "tiny-chat"] });
  const registry = createModelRegistry({ ollamaUrl: server.url });
  const error = await failure(await registry.chat("big:cloud"), hello);
  assertCode(error, "model.unreachable");
  assert.match(error.message, /ollama\.com/);
  assert.equal((await registry.chat()).name, "ollama/tiny-chat:latest");
  assert.equal(server.chats.length, 0);
});
