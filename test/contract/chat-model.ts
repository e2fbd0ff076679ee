import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TuttiError, type ErrorCode } from "../../src/core/error.ts";
import type { ChatAnswer, ChatChunk, ChatModel, ChatRequest } from "../../src/models/chat-model.ts";

/**
 * A model to hold against the contract. It must answer a message that contains "long" with at least 300 tokens, a request
 * with a schema by JSON of that schema, and one with tools by a call of the first of them, unless `lacks` says why not.
 */
export interface ChatModelFixture extends AsyncDisposable {
  readonly model: ChatModel;
  /** Called after an abort in the middle of an answer, for a server that may get stuck by one. */
  settle?(): Promise<void>;
}

export interface ChatModelContractOptions {
  readonly skip?: string | false;
  /** Capabilities that the model does not have, with the reason that the skipped test shows. */
  readonly lacks?: { readonly toolCalls?: string };
}

/** What every ChatModel promises; run by every adapter and by the scripted one. */
export function chatModelContract(
  name: string,
  open: () => Promise<ChatModelFixture>,
  options: ChatModelContractOptions = {},
): void {
  describe(`chat model contract: ${name}`, { skip: options.skip ?? false, timeout: 60_000 }, () => {
    test("an answer has text, usage, timings and the model's name", async () => {
      await using fixture = await open();
      const answer = await ask(fixture.model, { messages: [user("hello")], options: { maxTokens: 20, ...steady } });
      assert.ok(answer.text.length > 0);
      assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
      assert.ok(answer.timings.totalMs >= 0 && (answer.timings.firstTokenMs ?? 0) >= 0);
      assert.equal(answer.model, fixture.model.name);
      assert.match(answer.model, /^[^/]+\/.+/);
      assert.deepEqual(answer.toolCalls, []);
    });

    test("the pieces joined are the text", async () => {
      await using fixture = await open();
      const chunks: ChatChunk[] = [];
      const request = { messages: [user("a long story")], options: { maxTokens: 20, ...steady } };
      const answer = await fixture.model.chat(request, { signal: unaborted(), onChunk: (chunk) => chunks.push(chunk) });
      assert.ok(chunks.length > 1, "it came in more than one piece");
      assert.equal(
        chunks
          .filter(({ kind }) => kind === "text")
          .map(({ text }) => text)
          .join(""),
        answer.text,
      );
    });

    test("maxTokens ends an answer with the reason length", async () => {
      await using fixture = await open();
      const answer = await ask(fixture.model, {
        messages: [user("a long story")],
        options: { maxTokens: 5, ...steady },
      });
      assert.equal(answer.finishReason, "length");
      assert.equal(answer.usage.outputTokens, 5);
    });

    test("the same request with the same seed gets the same answer and the same count of input tokens", async () => {
      await using fixture = await open();
      const request = { messages: [user("hello again")], options: { maxTokens: 10, ...steady } };
      const first = await ask(fixture.model, request);
      const second = await ask(fixture.model, request);
      assert.equal(first.text, second.text);
      assert.deepEqual(first.usage, second.usage);
    });

    test("a schema as format gives JSON of that schema", async () => {
      await using fixture = await open();
      const answer = await ask(fixture.model, {
        messages: [user("rate it")],
        format: ratingSchema,
        options: { maxTokens: 200, ...steady },
      });
      assert.equal(answer.finishReason, "stop");
      const rating = JSON.parse(answer.text) as Record<string, unknown>;
      assert.ok(["good", "bad"].includes(String(rating["verdict"])), answer.text);
      assert.equal(typeof rating["sure"], "boolean");
    });

    test("a conversation with a system message, tool calls and results is taken", async () => {
      await using fixture = await open();
      const answer = await ask(fixture.model, { messages: conversation, options: { maxTokens: 10, ...steady } });
      assert.ok(answer.usage.inputTokens > 0);
    });

    test(
      "a tool call comes with its name and arguments as an object",
      { skip: options.lacks?.toolCalls ?? false },
      async () => {
        await using fixture = await open();
        const answer = await ask(fixture.model, { messages: [user("read it")], tools: [readFile] });
        assert.equal(answer.finishReason, "tool_calls");
        assert.equal(answer.toolCalls[0]?.name, "read_file");
        assert.equal(typeof answer.toolCalls[0]?.arguments, "object");
      },
    );

    test("a prompt beyond numCtx is refused with the limit", async () => {
      await using fixture = await open();
      const error = await failure(fixture.model, {
        messages: [user("word ".repeat(600))],
        options: { numCtx: 256, maxTokens: 5 },
      });
      assertCode(error, "model.context_overflow");
      assert.equal((error.data as { limit: number }).limit, 256);
    });

    test("a prompt beyond the model's context is refused with the limit", async () => {
      await using fixture = await open();
      const error = await failure(fixture.model, { messages: [user("word ".repeat(40_000))] });
      assertCode(error, "model.context_overflow");
      assert.ok((error.data as { limit: number }).limit > 0);
    });

    test("an answer that fills the context is refused, not cut in silence", async () => {
      await using fixture = await open();
      const error = await failure(fixture.model, {
        messages: [user("a long story")],
        options: { numCtx: 80, ...steady },
      });
      assertCode(error, "model.context_overflow");
      const { used, limit } = error.data as { used: number; limit: number };
      assert.ok(used > limit && limit === 80, `${used} of ${limit}`);
    });

    test("an aborted signal gets no answer", async () => {
      await using fixture = await open();
      const error = await failure(
        fixture.model,
        { messages: [user("hello")] },
        { signal: AbortSignal.abort("not wanted") },
      );
      assertCode(error, "model.aborted");
      assert.equal(error.cause, "not wanted");
    });

    test("an abort in the middle ends the answer at once, and the next call is not touched", async () => {
      await using fixture = await open();
      const abort = new AbortController();
      let chunks = 0;
      const onChunk = (): void => {
        chunks += 1;
        if (chunks === 3) abort.abort(new Error("enough"));
      };
      const error = await failure(
        fixture.model,
        { messages: [user("a long story")], options: steady },
        { signal: abort.signal, onChunk },
      );
      assertCode(error, "model.aborted");
      assert.equal(chunks, 3);
      await fixture.settle?.();
      assert.ok((await ask(fixture.model, { messages: [user("hello")], options: { maxTokens: 5, ...steady } })).text);
    });

    test("an abort of one call leaves another one alone", async () => {
      await using fixture = await open();
      const abort = new AbortController();
      const request = { messages: [user("a long story")], options: { maxTokens: 30, ...steady } };
      const other = ask(fixture.model, request);
      const error = await failure(fixture.model, request, { signal: abort.signal, onChunk: () => abort.abort() });
      assertCode(error, "model.aborted");
      assert.ok((await other).text.length > 0);
      await fixture.settle?.();
    });
  });
}

/** The same words every time, from a real model too. */
export const steady = { seed: 7, temperature: 0 };

export const ratingSchema = {
  type: "object",
  properties: { verdict: { type: "string", enum: ["good", "bad"] }, sure: { type: "boolean" } },
  required: ["verdict", "sure"],
};

export const readFile = {
  name: "read_file",
  description: "Reads a file",
  parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};

const conversation: ChatRequest["messages"] = [
  { role: "system", content: "Be brief." },
  user("What is in a.txt?"),
  { role: "assistant", content: "", toolCalls: [{ id: "call_1", name: "read_file", arguments: { path: "a.txt" } }] },
  { role: "tool", content: "forty-two", toolName: "read_file" },
];

export function user(content: string): ChatRequest["messages"][number] {
  return { role: "user", content };
}

export function ask(model: ChatModel, request: ChatRequest): Promise<ChatAnswer> {
  return model.chat(request, { signal: unaborted() });
}

export async function failure(
  model: ChatModel,
  request: ChatRequest,
  call?: Parameters<ChatModel["chat"]>[1],
): Promise<TuttiError> {
  try {
    await model.chat(request, call ?? { signal: unaborted() });
  } catch (error) {
    assert.ok(error instanceof TuttiError, `not a TuttiError: ${String(error)}`);
    return error;
  }
  return assert.fail("it answered");
}

export function assertCode(error: TuttiError, code: ErrorCode): void {
  assert.equal(error.code, code, error.message);
}

export function unaborted(): AbortSignal {
  return new AbortController().signal;
}
