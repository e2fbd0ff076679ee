import assert from "node:assert/strict";
import { test } from "node:test";
import { closedDatabase } from "../../../src/storage/sqlite.ts";
import { createModels, modelsSettings } from "../../../src/models/capability.ts";
import { createModelRegistry } from "../../../src/models/registry.ts";
import { createScriptedModel } from "../../../src/models/scripted.ts";
import { ask, assertCode, failure, unaborted, user } from "../../contract/chat-model.ts";
import { startOllamaServer } from "../../support/ollama-server.ts";

const nowhere = "127.0.0.1:9";
const scripted = {
  chat: (model: string) =>
    createScriptedModel({ name: `scripted/${model}`, answers: ["one", { error: new Error("two") }] }),
};

test("a provider that is handed in serves its names, and may be the default", async () => {
  const registry = createModelRegistry({ ollamaUrl: nowhere, defaultModel: "scripted/poet", providers: { scripted } });
  const model = await registry.chat();
  assert.equal(model, await registry.chat("scripted/poet"));
  assert.equal((await ask(model, { messages: [user("hello")] })).text, "one");
  assert.deepEqual(await registry.reachable(), { ok: true });
  assert.equal((await registry.reachable("ollama/llama3.2")).ok, false);
  await assert.rejects(registry.embedding("scripted/poet"), { code: "model.missing" });
});

test("a name with a slash that is no provider's is Ollama's", async () => {
  const registry = createModelRegistry({ ollamaUrl: nowhere });
  assert.equal((await registry.chat("hf.co/owner/model:Q4")).name, "ollama/hf.co/owner/model:Q4");
  assert.equal((await registry.chat("ollama/llama3.2")).name, "ollama/llama3.2");
  await assert.rejects(registry.chat("ollama/"), { code: "usage.invalid" });
});

test("no chat model at all is missing, with what to install", async () => {
  await using server = await startOllamaServer({ models: [{ name: "all-minilm", capabilities: ["embedding"] }] });
  await assert.rejects(createModelRegistry({ ollamaUrl: server.url }).chat(), {
    code: "model.missing",
    hint: /ollama pull/,
  });
});

test("models.list is unreachable where no server answers, and the doctor says what to do", async () => {
  const models = createModels({ settings: modelsSettings.parse({ host: nowhere }), database: closedDatabase() });
  await assert.rejects(models.registry.list(), { code: "model.unreachable" });
  const result = await models.checks?.[0]?.run(unaborted());
  assert.ok(result?.status === "warn" && result.fix.includes("ollama serve"));
  assert.ok(models.operations.some(({ name }) => name === "models.list"));
});

test("the doctor names the default model", async () => {
  await using server = await startOllamaServer();
  const models = createModels({ settings: modelsSettings.parse({ host: server.url }), database: closedDatabase() });
  const result = await models.checks?.[0]?.run(unaborted());
  assert.deepEqual([result?.status, result?.message.includes("ollama/tiny-chat")], ["ok", true]);
});

test("the doctor warns of a default model that is not there, and knows auto", async () => {
  await using server = await startOllamaServer();
  const say = async (name: string): Promise<unknown[]> => {
    const settings = modelsSettings.parse({ host: server.url, default: name });
    const models = createModels({ settings, database: closedDatabase() });
    const result = await models.checks?.[0]?.run(unaborted());
    return [result?.status, /not installed|gets the best/.exec(result?.message ?? "")?.[0]];
  };
  assert.deepEqual(await say("nope"), ["warn", "not installed"]);
  assert.deepEqual(await say("auto"), ["ok", "gets the best"]);
  assert.deepEqual(await say("tiny-chat:latest"), ["ok", undefined]);
});

test("every setting has a default but models.default, and a wrong one is refused", () => {
  assert.deepEqual(modelsSettings.parse({}), {
    host: "127.0.0.1:11434",
    numCtx: 8_192,
    maxNumCtx: 131_072,
    firstTokenTimeout: "120s",
    timeout: "10m",
    allowRemote: [],
    registries: [],
    servers: {},
    openai: {},
    modules: {},
    failover: [],
    parallel: 0,
    maxLoaded: 0,
    patience: "30s",
  });
  assert.ok(Object.values(modelsSettings.shape).every((key) => key.description));
  assert.ok(!modelsSettings.safeParse({ host: "ftp://box" }).success);
  assert.ok(!modelsSettings.safeParse({ timeout: "soon" }).success);
  assert.ok(!modelsSettings.safeParse({ servers: { ollama: "127.0.0.1" } }).success);
  assert.ok(!modelsSettings.safeParse({ servers: { "a/b": "127.0.0.1" } }).success);
  assert.ok(!modelsSettings.safeParse({ openai: { box: { url: "http://127.0.0.1:1234/v1", contex: 1 } } }).success);
});

test("a script that is used up or throws says so, and its delay ends with an abort", async () => {
  const model = createScriptedModel({ answers: ["one", { delayMs: Number.POSITIVE_INFINITY }] });
  await ask(model, { messages: [user("hello")] });
  const abort = new AbortController();
  const waiting = failure(model, { messages: [user("hello")] }, { signal: abort.signal });
  abort.abort();
  assertCode(await waiting, "model.aborted");
  assertCode(await failure(model, { messages: [user("hello")] }), "model.bad_answer");
  assert.equal(model.requests.length, 3);
});
