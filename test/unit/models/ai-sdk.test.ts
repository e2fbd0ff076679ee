import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { fromLanguageModel } from "../../../src/models/ai-sdk/chat.ts";
import type { ChatChunk, ChatModel } from "../../../src/models/chat-model.ts";
import { createModelRegistry } from "../../../src/models/registry.ts";
import { ask, assertCode, failure, unaborted, user } from "../../contract/chat-model.ts";
import { startOpenAiServer, type CompletionReply, type OpenAiServerOptions } from "../../support/openai-server.ts";

const hello = { messages: [user("hello")] };

interface Open extends AsyncDisposable {
  readonly model: ChatModel;
  readonly server: Awaited<ReturnType<typeof startOpenAiServer>>;
}

async function open(
  reply: CompletionReply,
  options: Partial<OpenAiServerOptions & { declares: number }> = {},
): Promise<Open> {
  const server = await startOpenAiServer({ reply, ...options });
  const address = { url: server.url, ...(options.declares === undefined ? {} : { contextLength: options.declares }) };
  const registry = createModelRegistry({
    ollamaUrl: "127.0.0.1:9",
    openai: { box: address },
    // Short where the server hangs or turns away on purpose, and out of the way of a busy machine elsewhere.
    ...(reply.hang === undefined && !reply.error ? {} : { firstTokenTimeoutMs: 1_000, timeoutMs: 1_500 }),
  });
  return { model: await registry.chat("box/tiny-chat"), server, [Symbol.asyncDispose]: () => server.close() };
}

// Some of them wait for real deadlines.
describe("a server that speaks as OpenAI does", { concurrency: 8 }, () => {
  test("text, thinking and tool calls come apart, as they stream", async () => {
    const toolCalls = [{ name: "read_file", arguments: '{"path":"a.txt"}' }];
    await using box = await open({ thinking: "Hm.", text: "I read.", toolCalls });
    const chunks: ChatChunk[] = [];
    const answer = await box.model.chat(hello, { signal: unaborted(), onChunk: (chunk) => void chunks.push(chunk) });
    assert.deepEqual([answer.thinking, answer.text, answer.finishReason], ["Hm.", "I read.", "tool_calls"]);
    assert.deepEqual(answer.toolCalls, [{ name: "read_file", arguments: { path: "a.txt" }, id: "call_0" }]);
    assert.deepEqual(
      chunks.map(({ kind }) => kind),
      ["thinking", "text", "text", "tool_call"],
    );
  });

  test("the arguments of a tool call that are not JSON go on as text, for whoever repairs them", async () => {
    await using box = await open({ toolCalls: [{ name: "read_file", arguments: '{"path": a.txt}' }] });
    const answer = await ask(box.model, hello);
    assert.deepEqual([answer.toolCalls, answer.text], [[], '{"name": "read_file", "arguments": {"path": a.txt}}']);
  });

  test("tools, a schema and the results of tools are sent as the protocol has them", async () => {
    await using box = await open({ text: "{}" });
    const called = { name: "read_file", arguments: { path: "a.txt" } };
    await ask(box.model, {
      messages: [
        user("read it"),
        { role: "assistant", content: "", toolCalls: [called] },
        { role: "tool", content: "forty-two", toolName: "read_file" },
      ],
      tools: [{ name: "read_file", description: "Reads", parameters: { type: "object" } }],
      format: { type: "object" },
      options: { maxTokens: 50 },
    });
    const [body] = box.server.bodies;
    assert.equal(body?.response_format?.type, "json_schema");
    assert.deepEqual([body?.tools?.length, body?.max_tokens, body?.messages[2]?.tool_call_id], [1, 50, "call_1"]);
  });

  const failures: readonly {
    readonly what: string;
    readonly reply: CompletionReply;
    readonly code: "model.bad_answer" | "model.missing" | "model.unreachable";
  }[] = [
    { what: "a status 500", reply: { error: { status: 500, message: "out of memory" } }, code: "model.bad_answer" },
    {
      what: "a model that is not there",
      reply: { error: { status: 404, message: "no such model" } },
      code: "model.missing",
    },
    {
      what: "a server that is too busy",
      reply: { error: { status: 503, message: "loading model" } },
      code: "model.unreachable",
    },
    {
      what: "a server that limits its rate",
      reply: { error: { status: 429, message: "slow down" } },
      code: "model.unreachable",
    },
    { what: "a model that does not begin in time", reply: { hang: "start" }, code: "model.unreachable" },
    {
      what: "a model that does not end in time",
      reply: { text: "half an", hang: "middle" },
      code: "model.unreachable",
    },
  ];
  for (const { what, reply, code } of failures) {
    test(`${what} is ${code}`, async () => {
      await using box = await open(reply);
      assertCode(await failure(box.model, hello), code);
    });
  }

  test("a connection lost in the middle is no answer", async () => {
    await using box = await open({ text: "half an", hang: "cut" });
    assert.match((await failure(box.model, hello)).code, /model\.(unreachable|bad_answer)/);
  });

  test("a port where nothing listens is unreachable, with the address", async () => {
    const registry = createModelRegistry({
      ollamaUrl: "127.0.0.1:9",
      openai: { box: { url: "http://127.0.0.1:9/v1" } },
    });
    const error = await failure(await registry.chat("box/any"), hello);
    assertCode(error, "model.unreachable");
    assert.match(error.message, /127\.0\.0\.1:9\/v1.*ECONNREFUSED/);
    assert.equal((await registry.reachable("box/any")).ok, false);
  });

  test("its models are listed, and it hangs up on an abort", async () => {
    await using box = await open({ hang: "start" });
    const abort = new AbortController();
    const waiting = failure(box.model, hello, { signal: abort.signal });
    while (box.server.bodies.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    abort.abort();
    assertCode(await waiting, "model.aborted");
    await box.server.abandoned();
    const registry = createModelRegistry({ ollamaUrl: "127.0.0.1:9", openai: { box: { url: box.server.url } } });
    assert.deepEqual(
      (await registry.list(unaborted())).map(({ name, provider }) => `${provider}/${name}`),
      ["box/tiny-chat"],
    );
  });
});

describe("a context that such a server cuts", () => {
  const long = { messages: [user("a word and another ".repeat(1_000))] };

  test("an overflow that the server tells is one", async () => {
    await using box = await open({ text: "well" }, { contextLength: 1_000 });
    assertCode(await failure(box.model, long), "model.context_overflow");
  });

  test("a prompt of which the most was dropped in silence is seen by its count", async () => {
    await using box = await open({ text: "well" }, { contextLength: 2_000, cutsInSilence: true });
    const error = await failure(box.model, long);
    assertCode(error, "model.context_overflow");
    assert.match(error.message, /read 1000 tokens of a prompt of 19000 bytes/);
  });

  test("an answer that the context ended is refused, with and without a limit that was named", async () => {
    const reply = { text: "word ".repeat(500) };
    await using silent = await open(reply, { contextLength: 100, cutsInSilence: true });
    assertCode(await failure(silent.model, hello), "model.context_overflow");
    await using named = await open(reply, { contextLength: 100, declares: 100, cutsInSilence: true });
    assert.deepEqual((await failure(named.model, hello)).code, "model.context_overflow");
  });

  // The protocol tells neither the context in force nor what was dropped: docs/scheduling.md says so, and this keeps it true.
  test("a smaller cut cannot be seen by anybody: the difference that this protocol forces", async () => {
    await using box = await open({ text: "well" }, { contextLength: 3_900, cutsInSilence: true });
    const answer = await ask(box.model, long);
    assert.equal(answer.usage.inputTokens, 1_950);
  });

  test("a server that does not count is refused: unknown is not zero", async () => {
    await using box = await open({ text: "well" }, { tellsUsage: false });
    const error = await failure(box.model, hello);
    assertCode(error, "model.bad_answer");
    assert.match(error.hint ?? "", /include_usage/);
  });
});

describe("a language model of the AI SDK", () => {
  test("any of them is a chat model, by the name that it has", async () => {
    const seen: LanguageModelV4CallOptions[] = [];
    const model = fromLanguageModel(
      languageModel(seen, [
        { type: "text-delta", id: "1", delta: "Hello" },
        { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: usage(12, 3) },
      ]),
    );
    const answer = await ask(model, { ...hello, options: { think: false, stop: ["END"], seed: 7 } });
    assert.deepEqual(
      [model.name, answer.text, answer.usage],
      ["made/up", "Hello", { inputTokens: 12, outputTokens: 3 }],
    );
    assert.deepEqual([seen[0]?.reasoning, seen[0]?.stopSequences, seen[0]?.seed], ["none", ["END"], 7]);
  });

  test("an error part and a stream without an end are failures", async () => {
    const error = { type: "error", error: new Error("the runner crashed") } as const;
    assert.match((await failure(fromLanguageModel(languageModel([], [error])), hello)).message, /the runner crashed/);
    const part = { type: "text-delta", id: "1", delta: "half" } as const;
    assertCode(await failure(fromLanguageModel(languageModel([], [part])), hello), "model.bad_answer");
  });
});

describe("a file of the user's with models of the AI SDK", () => {
  const parts = (said: string): string => `[
    { type: "text-delta", id: "1", delta: ${JSON.stringify(said)} },
    { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: { inputTokens: { total: 1 }, outputTokens: { total: 1 } } },
  ]`;
  const files = {
    "mine.ts": `const model = (id: string) => ({ specificationVersion: "v4", provider: "mine", modelId: id, supportedUrls: {},
      doStream: async () => ({ stream: ReadableStream.from(${parts("from mine")}) }) });
      export default model;`,
    "old.ts": `export default { languageModel: () => ({ specificationVersion: "v2" }) };`,
  };

  async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "tutti-models-"));
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      await work(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test("serves them by the name that the configuration gives it", async () => {
    await inFolder(async (folder) => {
      const registry = createModelRegistry({ ollamaUrl: "127.0.0.1:9", folder, modules: { mine: "./mine.ts" } });
      const answer = await ask(await registry.chat("mine/any"), hello);
      assert.deepEqual([answer.text, answer.model], ["from mine", "mine/any"]);
    });
  });

  test("is refused, with what to do, where it is not there or of an older specification", async () => {
    await inFolder(async (folder) => {
      const modules = { old: "./old.ts", gone: "./gone.ts" };
      const registry = createModelRegistry({ ollamaUrl: "127.0.0.1:9", folder, modules });
      const old = await failure(await registry.chat("old/any"), hello);
      assert.deepEqual([old.code, old.where], ["config.invalid", "models.modules.old"]);
      assert.match(old.hint ?? "", /specification v4/);
      assert.match((await failure(await registry.chat("gone/any"), hello)).message, /gone\.ts cannot be loaded/);
    });
  });

  test("may not have the name of a server", () => {
    const modules = { mine: "./mine.ts" };
    assert.throws(() => createModelRegistry({ ollamaUrl: "", servers: { mine: { url: "" } }, modules }), {
      code: "config.invalid",
    });
  });
});

function languageModel(
  seen: LanguageModelV4CallOptions[],
  parts: readonly LanguageModelV4StreamPart[],
): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "made.chat",
    modelId: "up",
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error("not asked for")),
    doStream: async (options) => {
      seen.push(options);
      return { stream: ReadableStream.from(parts) };
    },
  };
}

function usage(input: number, output: number) {
  return {
    inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning: undefined },
  };
}
