import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createModelRegistry } from "../../src/models/registry.ts";
import type { SpanRecord } from "../../src/observability/record.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { ollamaAddress } from "../support/services.ts";
import { drawn, spanNamed } from "../support/span-collector.ts";
import { openRealServer, realOllamaMissing } from "./chat-model-fixture.ts";
import { traced } from "./trace-case.ts";
import { openWorkEngine, workFlow } from "./work-verbs-case.ts";

/** What is known beforehand of a real server's figures: that they are there, and which is larger. */
function figures({ attributes }: SpanRecord, ...names: readonly string[]): number[] {
  return names.map((name) => {
    const value = attributes[name];
    assert.ok(typeof value === "number", `${name} is ${String(value)}`);
    return value;
  });
}

describe("model calls of a real Ollama", { skip: realOllamaMissing(), timeout: 200_000 }, () => {
  before(async () => (await openRealServer()).settle?.());

  test("are spans in their step, with what the server has counted", async () => {
    using watch = traced();
    const url = ollamaAddress() ?? "";
    const { watchChat: meter, watchEmbedding: meterEmbedding } = watch.tracing;
    const registry = createModelRegistry({ ollamaUrl: url, meter, meterEmbedding });
    await using engine = await openWorkEngine(openSqlite({ path: ":memory:" }), {
      ...watch.watched,
      graceMs: 10_000,
      model: (_name, signal) => registry.chat("ollama/tiny-chat", signal),
    });
    const flow = workFlow(async (step) => {
      await step.model("ask", { prompt: "Hello there", options: { maxTokens: 8, temperature: 0, seed: 1 } });
      await step.run("embed", async ({ signal }) => {
        await (await registry.embedding("ollama/all-minilm")).embed(["one", "two"], { signal });
      });
    });
    const run = await engine.run(flow);
    assert.equal(run.status, "succeeded", JSON.stringify(run.error));
    const spans = watch.collected.spans();
    assert.deepEqual(drawn(spans), [
      `invoke_workflow ${flow.name}`,
      "  ask",
      "    chat tiny-chat",
      "  embed",
      "    embeddings all-minilm",
    ]);
    const chat = spanNamed(spans, "chat tiny-chat");
    const { hostname, port } = new URL(url);
    assert.deepEqual(
      ["gen_ai.provider.name", "server.address", "server.port", "gen_ai.request.max_tokens", "tutti.step.key"].map(
        (name) => chat.attributes[name],
      ),
      ["ollama", hostname, Number(port), 8, "ask"],
    );
    const [input = 0, output = 0] = figures(chat, "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens");
    assert.ok(input > 0 && output > 0 && output <= 8);
    const [first = 0] = figures(chat, "gen_ai.response.time_to_first_chunk", "tutti.model.queue_ms");
    assert.ok(first * 1_000_000 <= chat.durationUs);
    const embeddings = spanNamed(spans, "embeddings all-minilm");
    assert.deepEqual(figures(embeddings, "gen_ai.embeddings.dimension.count"), [384]);
  });
});
