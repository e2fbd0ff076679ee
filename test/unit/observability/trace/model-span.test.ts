import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TuttiError } from "../../../../src/core/error.ts";
import type { Labels, Meters, MetricFamily } from "../../../../src/core/metric.ts";
import type { ChatAnswer, ChatModel } from "../../../../src/models/chat-model.ts";
import type { EmbeddingModel } from "../../../../src/models/embedding-model.ts";
import { createScriptedModel } from "../../../../src/models/scripted.ts";
import { collectSpans, spanNamed, testTracing, type TracingGiven } from "../../../support/span-collector.ts";

interface Observed {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

function listen(given: Partial<TracingGiven> = {}) {
  const observed: Observed[] = [];
  const meters: Meters = {
    add: () => undefined,
    set: () => undefined,
    observe: ({ name }: MetricFamily, labels, value) => void observed.push({ name, labels, value }),
  };
  const collected = collectSpans();
  const tracing = testTracing({ sink: collected.sink, meters, ...given });
  return { observed, collected, tracing, [Symbol.dispose]: () => tracing[Symbol.dispose]() };
}

const signal = new AbortController().signal;
const ask = { messages: [{ role: "user" as const, content: "Hello there" }] };
const place = { kind: "ollama", url: "http://127.0.0.1:11434" };

function answering(answer: Partial<ChatAnswer>): ChatModel {
  const whole: ChatAnswer = {
    text: "Hi.",
    toolCalls: [],
    finishReason: "stop",
    usage: { inputTokens: 7, outputTokens: 3, cachedTokens: 2, reasoningTokens: 1 },
    timings: { totalMs: 5, queueMs: 0, firstTokenMs: 40, loadMs: 9 },
    model: "fast/llama3.2",
    ...answer,
  };
  return {
    name: "fast/llama3.2",
    place,
    async chat(_request, call) {
      for (const text of ["H", "i", "."]) call.onChunk?.({ kind: "text", text });
      return whole;
    },
  };
}

describe("a call of a chat model", () => {
  test("is a client's span with what was asked, answered and used", async () => {
    using heard = listen();
    const options = { temperature: 0.5, seed: 3, maxTokens: 20, topP: 0.9, stop: ["END"] };
    await heard.tracing.watchChat(answering({})).chat({ ...ask, options, format: "json" }, { signal });
    const span = spanNamed(heard.collected.spans(), "chat llama3.2");
    assert.equal(span.kind, "client");
    assert.deepEqual(span.attributes, {
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": "llama3.2",
      "tutti.model": "fast/llama3.2",
      "server.address": "127.0.0.1",
      "server.port": 11_434,
      "gen_ai.operation.name": "chat",
      "gen_ai.output.type": "json",
      "gen_ai.request.stream": true,
      "gen_ai.request.seed": 3,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.top_p": 0.9,
      "gen_ai.request.max_tokens": 20,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.response.model": "llama3.2",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.output_tokens": 3,
      "gen_ai.usage.cache_read.input_tokens": 2,
      "gen_ai.usage.reasoning.output_tokens": 1,
      "gen_ai.response.time_to_first_chunk": 0.04,
      "tutti.model.queue_ms": 0,
      "tutti.model.load_ms": 9,
    });
  });

  test("that fails has the failure's code, and what it throws is the model's own", async () => {
    using heard = listen();
    const broken = new TuttiError("model.unreachable", "nobody is there");
    const model: ChatModel = { name: "ollama/gone", chat: () => Promise.reject(broken) };
    await assert.rejects(heard.tracing.watchChat(model).chat(ask, { signal }), broken);
    const span = spanNamed(heard.collected.spans(), "chat gone");
    assert.deepEqual(
      [span.status, span.statusText, span.attributes["error.type"]],
      ["error", "nobody is there", "model.unreachable"],
    );
    assert.deepEqual(
      heard.observed.map(({ name, labels }) => [name, labels["error_type"]]),
      [["gen_ai_client_operation_duration_seconds", "model.unreachable"]],
    );
  });

  test("is counted as the conventions have it", async () => {
    using heard = listen();
    await heard.tracing.watchChat(answering({})).chat(ask, { signal });
    const labels = { gen_ai_operation_name: "chat", gen_ai_provider_name: "ollama", gen_ai_request_model: "llama3.2" };
    const value = (name: string, more: object = {}): Observed[] =>
      heard.observed.filter(
        (one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify({ ...labels, ...more }),
      );
    assert.equal(value("gen_ai_client_operation_duration_seconds").length, 1);
    assert.deepEqual(
      value("gen_ai_client_token_usage", { gen_ai_token_type: "input" }).map((one) => one.value),
      [7],
    );
    assert.deepEqual(
      value("gen_ai_client_token_usage", { gen_ai_token_type: "output" }).map((one) => one.value),
      [3],
    );
    assert.deepEqual(
      value("gen_ai_client_operation_time_to_first_chunk_seconds").map((one) => one.value),
      [0.04],
    );
    assert.equal(value("gen_ai_client_operation_time_per_output_chunk_seconds").length, 2);
    assert.deepEqual(
      heard.observed.filter(({ name }) => name === "tutti_model_queue_wait_seconds").map((one) => one.labels),
      [{ model: "fast/llama3.2" }],
    );
  });

  test("is counted under the newest names where they are asked for", async () => {
    using heard = listen({ environment: { OTEL_SEMCONV_STABILITY_OPT_IN: "gen_ai_latest_experimental" } });
    await heard.tracing.watchChat(answering({})).chat(ask, { signal });
    const declared = new Set(heard.tracing.metrics.families.map(({ name }) => name));
    const names = [...new Set(heard.observed.map(({ name }) => name))];
    assert.ok(names.includes("gen_ai_client_inference_duration_seconds"));
    assert.ok(names.includes("gen_ai_client_inference_operation_input_tokens"));
    assert.ok(names.every((name) => declared.has(name)));
    assert.ok(!declared.has("gen_ai_client_token_usage"));
  });

  test("is counted, and no span, where traces are off", async () => {
    using heard = listen({ enabled: false, content: "on" });
    await heard.tracing.watchChat(answering({})).chat(ask, { signal });
    assert.deepEqual(heard.collected.told, []);
    assert.ok(heard.observed.length > 0);
    assert.deepEqual(heard.tracing.effect, []);
  });

  test("hands every piece on", async () => {
    using heard = listen();
    const pieces: string[] = [];
    const model = heard.tracing.watchChat(createScriptedModel({ answers: ["one two three"] }));
    const { text } = await model.chat(ask, { signal, onChunk: (chunk) => void pieces.push(chunk.text) });
    assert.equal(pieces.join(""), text);
  });
});

describe("a call of an embedding model", () => {
  test("is a span with how long its vectors are", async () => {
    using heard = listen();
    const model: EmbeddingModel = {
      name: "ollama/all-minilm",
      place,
      embed: async () => ({
        vectors: [new Float32Array(384)],
        dimensions: 384,
        model: "ollama/all-minilm",
        identity: null,
        usage: { inputTokens: 4 },
      }),
    };
    await heard.tracing.watchEmbedding(model).embed(["text"], { signal });
    const { attributes, kind } = spanNamed(heard.collected.spans(), "embeddings all-minilm");
    assert.deepEqual(
      [
        kind,
        attributes["gen_ai.operation.name"],
        attributes["gen_ai.embeddings.dimension.count"],
        attributes["gen_ai.usage.input_tokens"],
      ],
      ["client", "embeddings", 384, 4],
    );
  });
});
