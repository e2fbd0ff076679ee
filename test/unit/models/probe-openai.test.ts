import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/core/clock.ts";
import type { ProbeFacts } from "../../../src/models/probe/probe.ts";
import { canaryTool } from "../../../src/models/probe/question.ts";
import { runProbe } from "../../../src/models/probe/run.ts";
import { createModelRegistry, type ModelRegistry } from "../../../src/models/registry.ts";
import {
  startOpenAiServer,
  type CompletionBody,
  type CompletionReply,
  type OpenAiServerOptions,
} from "../../support/openai-server.ts";

const signal = new AbortController().signal;

function wellBehaved({ tools, response_format: format, reasoning_effort: effort }: CompletionBody): CompletionReply {
  if (tools?.length) return { toolCalls: [{ name: canaryTool.name, arguments: '{"colour":"blue"}' }] };
  const thinking = effort === undefined ? {} : { thinking: "Let me see." };
  const text = format ? '{"colour":"blue","isSure":true}' : "A short answer of a few words.";
  return { ...thinking, text, wordDelayMs: 2 };
}

async function probe(registry: ModelRegistry): Promise<ProbeFacts> {
  const { keeper, model, full } = await registry.keeperOf("box/tiny-chat");
  const options = { model: full, server: keeper.server, clock: systemClock, budgetMs: 60_000, signal };
  const running = runProbe(keeper.probe(model), options);
  for (;;) {
    const next = await running.next();
    if (next.done) return next.value;
  }
}

async function probeServer(options: Partial<OpenAiServerOptions>, contextLength?: number): Promise<ProbeFacts> {
  await using server = await startOpenAiServer({ reply: wellBehaved, ...options });
  return await probe(registryAt(server.url, contextLength));
}

const registryAt = (url: string, contextLength?: number): ModelRegistry =>
  createModelRegistry({ ollamaUrl: "127.0.0.1:9", openai: { box: { url, contextLength } } });

describe("a probe of a server that speaks as OpenAI does", () => {
  test("finds what its model can do, and takes the times on this side", async () => {
    const facts = await probeServer({});
    assert.deepEqual(
      [facts.tools, facts.schema, facts.thinking, facts.notes],
      ["native", { streamed: "kept", whole: "kept", thinking: "kept" }, "apart", []],
    );
    assert.ok((facts.outputTokensPerSecond ?? 0) > 0 && (facts.outputTokensPerSecond ?? 0) < 550);
    assert.ok((facts.firstTokenMs ?? -1) >= 0);
  });

  for (const [who, options, granted] of [
    ["vLLM", { maxModelLen: 16_384 }, 16_384],
    ["llama.cpp", { propsContext: 4_096 }, 4_096],
    ["a server that does not", {}, null],
  ] as const) {
    test(`goes by the context that ${who} tells; what nobody tells is unknown`, async () => {
      const facts = await probeServer(options, 8_192);
      assert.deepEqual([facts.contextAsked, facts.contextGranted, facts.loadMs], [8_192, granted, null]);
    });
  }

  test("takes a refusal as an answer, and a call that is no JSON for none", async () => {
    const refusing = (body: CompletionBody): CompletionReply =>
      body.tools?.length || body.reasoning_effort
        ? { error: { status: 400, message: "not supported by this model" } }
        : wellBehaved(body);
    const facts = await probeServer({ reply: refusing });
    assert.deepEqual(
      [facts.tools, facts.thinking, facts.schema.thinking, facts.notes],
      ["refused", "refused", null, []],
    );
    const broken = { toolCalls: [{ name: canaryTool.name, arguments: '{"colour": blue' }] };
    const wrong = await probeServer({ reply: (body) => (body.tools?.length ? broken : wellBehaved(body)) });
    assert.equal(wrong.tools, "none");
  });

  test("knows the model again as long as the server tells the same of it", async () => {
    await using server = await startOpenAiServer({ reply: wellBehaved });
    const { keeper } = await registryAt(server.url).keeperOf("box/tiny-chat");
    const digest = await keeper.digest("tiny-chat", signal);
    assert.equal(await keeper.digest("tiny-chat", signal), digest);
    const [listed] = await registryAt(server.url).list(signal);
    assert.equal(listed?.digest, digest);
    await using other = await startOpenAiServer({ reply: wellBehaved, maxModelLen: 99 });
    const { keeper: second } = await registryAt(other.url).keeperOf("box/tiny-chat");
    assert.notEqual(await second.digest("tiny-chat", signal), digest);
  });
});
