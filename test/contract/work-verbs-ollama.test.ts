import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { z, type AgentResult, type ModelResult } from "../../src/index.ts";
import { createModelRegistry } from "../../src/models/registry.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { ollamaAddress } from "../support/services.ts";
import { openRealServer, realOllamaMissing } from "./chat-model-fixture.ts";
import { ended, openWorkEngine, until, workFlow, type WorkEngine, type WorkOptions } from "./work-verbs-case.ts";

const model = "ollama/tiny-chat";

async function openOnOllama(options: WorkOptions = {}): Promise<WorkEngine> {
  const registry = createModelRegistry({ ollamaUrl: ollamaAddress() ?? "" });
  return openWorkEngine(openSqlite({ path: ":memory:" }), {
    model: (name, signal) => registry.chat(name, signal),
    graceMs: 10_000,
    ...options,
  });
}

// The model speaks nonsense; only what surrounds its words is looked at.
describe("flows on a real Ollama", { skip: realOllamaMissing(), timeout: 120_000 }, () => {
  // Whoever hung up on the server before may have left it without a free slot: see the fixture.
  const freeSlots = async (): Promise<void> => (await openRealServer()).settle?.();
  before(freeSlots);

  test("a model step gives text as it streams, its usage and its timings", async () => {
    await using engine = await openOnOllama();
    const flow = workFlow(async (step) =>
      step.model("m", { model, prompt: "Say something.", options: { maxTokens: 20, numCtx: 512, seed: 1 } }),
    );
    let streamed = "";
    const id = await engine.start(flow);
    const leave = engine.live.subscribe(id, ({ type, data }) => {
      if (type === "live") streamed += (data as { text: string }).text;
    });
    const run = await engine.until(id, ...ended);
    leave();
    assert.equal(run.status, "succeeded", JSON.stringify(run.error));
    const { text, usage, timings, ...answer } = run.output as ModelResult<unknown>;
    assert.ok(text.length > 0);
    assert.equal(streamed, text);
    assert.equal(answer.model, model);
    assert.ok((usage.inputTokens ?? 0) > 0 && (usage.outputTokens ?? 0) > 0 && (usage.outputTokens ?? 0) <= 20);
    assert.ok((timings?.totalMs ?? 0) > 0 && (timings?.firstTokenMs ?? 0) > 0);
    const { modelMs, ...counted } = run.usage;
    assert.deepEqual(counted, { calls: 1, ...usage, models: [model] });
    assert.ok((modelMs ?? 0) > 0);
  });

  test("an agent with tools runs to an end, and its turns are counted", async () => {
    await using engine = await openOnOllama();
    const agent = {
      name: "teller",
      instructions: "Answer.",
      model,
      tools: ["read_file"],
      maxTurns: 3,
      options: { maxTokens: 20, seed: 1 },
    };
    const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Tell me." })));
    assert.equal(run.status, "succeeded", JSON.stringify(run.error));
    const { text, turns, usage } = run.output as AgentResult;
    assert.ok(text.length > 0);
    assert.equal(usage.calls, turns);
    assert.ok((usage.inputTokens ?? 0) > 0 && (usage.outputTokens ?? 0) > 0);
    assert.deepEqual(run.usage, usage);
  });

  test("an answer by a schema holds its shape by the server's own grammar", async () => {
    await using engine = await openOnOllama();
    const schema = z.strictObject({ good: z.boolean(), kind: z.enum(["a", "b"]), sure: z.boolean() });
    const run = await engine.run(
      workFlow(async (step) =>
        step.model("m", {
          model,
          prompt: "Judge.",
          output: schema,
          options: { maxTokens: 200, seed: 1 },
        }),
      ),
    );
    assert.equal(run.status, "succeeded", JSON.stringify(run.error));
    const { output, calls = 1 } = run.output as ModelResult<z.infer<typeof schema>>;
    assert.deepEqual(schema.parse(output), output);
    assert.equal(run.usage.calls, calls);
  });

  test("an answer by a schema that maxTokens cut off says so, and is not asked for again", async () => {
    await using engine = await openOnOllama();
    const agent = {
      name: "judge",
      instructions: "Judge.",
      model,
      tools: ["read_file"],
      options: { maxTokens: 20, seed: 1 },
    };
    const output = z.strictObject({ good: z.boolean() });
    // With a tool on offer there is no grammar at first, so random weights go on until they are stopped.
    const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Judge.", output })));
    assert.equal(run.error?.code, "model.output_invalid");
    assert.match(run.error?.message ?? "", /the answer of ollama\/tiny-chat was cut off after 20 tokens/);
    assert.equal(run.usage.calls, 1);
  });

  test("a cancel in the middle of an answer ends its stream, and the server answers the next one", async () => {
    await using engine = await openOnOllama();
    const flow = workFlow(async (step) =>
      step.model("m", { model, prompt: "Speak on and on.", options: { maxTokens: 100_000, temperature: 0, seed: 1 } }),
    );
    let pieces = 0;
    const id = await engine.start(flow);
    engine.live.subscribe(id, ({ type }) => type === "live" && pieces++);
    await until(() => pieces >= 3);
    await engine.control.cancel(id, "enough");
    const run = await engine.until(id, ...ended);
    assert.equal(run.status, "cancelled");
    assert.deepEqual([run.steps[0]?.status, run.steps[0]?.error?.code], ["cancelled", "run.cancelled"]);
    const atTheEnd = pieces;
    await freeSlots();
    const next = await engine.run(
      workFlow(async (step) => step.model("m", { model, prompt: "And now?", options: { maxTokens: 5 } })),
    );
    assert.equal(next.status, "succeeded", JSON.stringify(next.error));
    assert.equal(pieces, atTheEnd);
  });
});
