import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModelRegistry } from "../../src/models/registry.ts";
import type { ChatChunk } from "../../src/models/chat-model.ts";
import {
  ask,
  assertCode,
  chatModelContract,
  failure,
  ratingSchema,
  readFile,
  steady,
  unaborted,
  user,
} from "./chat-model.ts";
import { disguiseContract } from "./chat-model-disguise.ts";
import { overflowContract } from "./chat-model-overflow.ts";
import {
  openAiSdkOllama,
  openAiSdkServer,
  openRealOverflow,
  openRealServer,
  openScripted,
  openScriptedOverflow,
  openScriptedServer,
  openServerOverflow,
  realOllamaMissing,
  withPlainModel,
  type OllamaFixture,
} from "./chat-model-fixture.ts";

const skipReal = realOllamaMissing();

chatModelContract("scripted model", openScripted);
chatModelContract("Ollama client on the scripted server", openScriptedServer);
chatModelContract("Ollama client on a real Ollama", openRealServer, {
  skip: skipReal,
  lacks: { toolCalls: "tiny-chat has random weights and never calls a tool" },
});
chatModelContract("AI SDK adapter on a server that speaks as llama.cpp's", openAiSdkServer);
chatModelContract("AI SDK adapter on the /v1 route of a real Ollama", openAiSdkOllama, {
  skip: skipReal,
  lacks: { toolCalls: "tiny-chat has random weights and never calls a tool" },
});

overflowContract("scripted model", openScriptedOverflow);
overflowContract("Ollama client on the scripted server", openServerOverflow);
overflowContract("Ollama client on the scripted server, five tokens a word", (options) =>
  openServerOverflow(options, { tokenizer: { tokensPerWord: 5, cutsTo: "context" } }),
);
overflowContract("Ollama client on a real Ollama", openRealOverflow, { skip: skipReal });

disguiseContract("scripted server", openServerOverflow);
disguiseContract("scripted server that keeps half", (options) =>
  openServerOverflow(options, { tokenizer: { tokensPerWord: 1, cutsTo: "half" } }),
);
disguiseContract("real Ollama", openRealOverflow, skipReal);

/** What holds for any Ollama server: run by the scripted one too, which proves that it behaves as the real one does. */
function ollamaContract(name: string, open: () => Promise<OllamaFixture>, skip: string | false): void {
  describe(`ollama contract: ${name}`, { skip, timeout: 60_000 }, () => {
    test("a missing model is named with those that are there", async () => {
      await using fixture = await open();
      const error = await failure(await fixture.registry.chat("ollama/not-there"), { messages: [user("hello")] });
      assertCode(error, "model.missing");
      assert.match(error.message, /not-there.*tiny-chat/);
      assert.match(error.hint ?? "", /ollama pull not-there/);
    });

    test("an embedding model is refused for chat", async () => {
      await using fixture = await open();
      const error = await failure(await fixture.registry.chat("all-minilm"), { messages: [user("hello")] });
      assertCode(error, "model.missing");
      assert.match(error.message, /cannot chat/);
    });

    test("another numCtx of a step does not load the model anew", async () => {
      await using fixture = await open();
      const request = { messages: [user("hello")], options: { maxTokens: 3, ...steady } };
      await ask(fixture.model, request);
      for (const numCtx of [512, 2_048, undefined, 512]) {
        const answer = await ask(fixture.model, { ...request, options: { ...request.options, numCtx } });
        assert.ok((answer.timings.loadMs ?? 0) < 150, `loaded in ${answer.timings.loadMs} ms`);
      }
    });

    for (const think of [true, "low"] as const) {
      test(`thinking (${think}) that a model cannot do is refused as the server says it`, async () => {
        await using fixture = await open();
        const error = await failure(fixture.model, { messages: [user("hello")], options: { think } });
        assertCode(error, "model.bad_answer");
        assert.match(error.message, /status 400: "tiny-chat" does not support thinking/);
        assert.equal((error.data as { status: number }).status, 400);
      });
    }

    test("not to think is taken by a model that cannot", async () => {
      await using fixture = await open();
      const options = { think: false, maxTokens: 3, ...steady };
      assert.ok((await ask(fixture.model, { messages: [user("hello")], options })).text.length > 0);
    });

    test("tools that a model cannot take are refused as the server says it; none at all are taken", async () => {
      await using fixture = await open();
      await withPlainModel(fixture, async () => {
        const model = await fixture.registry.chat(fixture.plainModel);
        const error = await failure(model, { messages: [user("read it")], tools: [readFile] });
        assertCode(error, "model.bad_answer");
        assert.match(
          error.message,
          /status 400: registry\.ollama\.ai\/library\/tiny-chat-plain-\d+:latest does not support tools/,
        );
        const options = { maxTokens: 3, ...steady };
        assert.ok((await ask(model, { messages: [user("hello")], tools: [], options })).text.length > 0);
      });
    });

    test("a schema binds an answer that streams, piece by piece", async () => {
      await using fixture = await open();
      const pieces: string[] = [];
      const request = { messages: [user("rate it")], format: ratingSchema, options: { maxTokens: 200, ...steady } };
      const onChunk = ({ kind, text }: ChatChunk): void => void (kind === "text" && pieces.push(text));
      const answer = await fixture.model.chat(request, { signal: unaborted(), onChunk });
      assert.equal(pieces.join(""), answer.text);
      assert.equal(typeof (JSON.parse(answer.text) as { sure: unknown }).sure, "boolean");
    });

    test("a schema that no grammar can be made of is refused, with what to do", async () => {
      await using fixture = await open();
      const format = { type: "object", properties: { a: { type: "string", pattern: "x" } }, required: ["a"] };
      const error = await failure(fixture.model, { messages: [user("rate it")], format });
      assertCode(error, "model.bad_answer");
      assert.match(error.message, /status 500: invalid JSON schema in format/);
      assert.match(error.hint ?? "", /pattern must begin with \^/);
    });

    test("timings tell loading, reading and writing apart", async () => {
      await using fixture = await open();
      const { timings } = await ask(fixture.model, { messages: [user("hello")], options: { maxTokens: 5, ...steady } });
      const { totalMs, loadMs = -1, promptMs = -1, generateMs = -1, firstTokenMs = -1 } = timings;
      assert.ok(loadMs >= 0 && promptMs > 0 && generateMs > 0 && firstTokenMs >= 0);
      assert.ok(totalMs >= loadMs && totalMs < 60_000, `${totalMs} ms`);
    });

    test("default is the first model that can chat", async () => {
      await using fixture = await open();
      assert.match((await fixture.registry.chat("default")).name, /^ollama\/tiny-chat/);
    });

    test("the list tells kind, context and what is loaded", async () => {
      await using fixture = await open();
      await ask(fixture.model, { messages: [user("hello")], options: { maxTokens: 1 } });
      const list = await fixture.registry.list(unaborted());
      const chat = list.find(({ name }) => name.startsWith("tiny-chat"));
      const embedding = list.find(({ name }) => name.startsWith("all-minilm"));
      assert.deepEqual(
        [chat?.kind, chat?.loaded, chat?.contextLength, chat?.provider],
        ["chat", true, 32_768, "ollama"],
      );
      assert.equal(embedding?.kind, "embedding");
      assert.ok((chat?.sizeBytes ?? 0) > 100_000);
      assert.deepEqual(await fixture.registry.reachable(), { ok: true });
    });
  });
}

ollamaContract("scripted server", openScriptedServer, false);
ollamaContract("real Ollama", openRealServer, skipReal);

test("a port where nothing listens is unreachable, with the address and what to do", async () => {
  const registry = createModelRegistry({ ollamaUrl: "127.0.0.1:9" });
  const error = await failure(await registry.chat("any"), { messages: [user("hello")] });
  assertCode(error, "model.unreachable");
  assert.match(error.message, /http:\/\/127\.0\.0\.1:9 \(connection refused\)/);
  assert.match(error.hint ?? "", /ollama serve/);
});
