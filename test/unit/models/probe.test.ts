import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clock } from "../../../src/core/clock.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { contextShortfall, quirksOf, type ProbeFacts } from "../../../src/models/probe/probe.ts";
import {
  canaryTool,
  schemaVerdict,
  speedPrompt,
  thinkingVerdict,
  toolVerdict,
} from "../../../src/models/probe/question.ts";
import { runProbe, type ProbeStage } from "../../../src/models/probe/run.ts";
import type { ProbeReply } from "../../../src/models/probe/target.ts";
import { createModelRegistry } from "../../../src/models/registry.ts";
import { startOllamaServer, type ChatBody, type OllamaServer, type Reply } from "../../support/ollama-server.ts";
import { madeUpFacts } from "./made-up-facts.ts";

const said = (changes: Partial<ProbeReply>): ProbeReply => ({
  text: "",
  thinking: "",
  toolCalls: [],
  isCut: false,
  promptTokens: 5,
  outputTokens: 5,
  loadMs: 1,
  promptMs: 1,
  generateMs: 1,
  firstTokenMs: 1,
  ...changes,
});

describe("a verdict on tools", () => {
  const name = canaryTool.name;
  const cases: readonly (readonly [Partial<ProbeReply>, string])[] = [
    [{ toolCalls: [{ name, arguments: { colour: "blue" } }] }, "native"],
    [{ toolCalls: [{ name, arguments: {} }] }, "none"],
    [{ toolCalls: [{ name: "other", arguments: { colour: "blue" } }] }, "none"],
    [{ text: `{"name": "${name}", "arguments": {"colour": "blue"}}` }, "text"],
    [{ text: `<tool_call>{"arguments": {"colour": "blue"}, "name": "${name}"}</tool_call>` }, "text"],
    [{ text: `[${name}(colour="blue")]` }, "text"],
    [{ text: `I would call ${name} for the colour blue.` }, "none"],
    [{ text: "", thinking: "Let me see", isCut: true }, "unknown"],
    [{ text: "The word is", isCut: true }, "none"],
  ];
  for (const [reply, verdict] of cases) {
    test(`is ${verdict} for ${JSON.stringify(reply)}`, () => assert.equal(toolVerdict(said(reply)), verdict));
  }
});

describe("a verdict on schemas", () => {
  const answer = '{"colour":"blue","isSure":true}';
  const cases: readonly (readonly [Partial<ProbeReply>, string])[] = [
    [{ text: answer }, "kept"],
    [{ text: ` \n${answer}\n` }, "kept"],
    [{ text: `<think>Blue, I guess.</think>\n${answer}` }, "kept"],
    [{ text: "A clear sky is blue." }, "ignored"],
    [{ text: `\`\`\`json\n${answer}\n\`\`\`` }, "ignored"],
    [{ text: '{"colour":"pink","isSure":true}' }, "ignored"],
    [{ text: '{"colour":"blue"}' }, "ignored"],
    [{ text: '{"colour":"bl', isCut: true }, "unknown"],
    [{ text: "", thinking: "Hm", isCut: true }, "unknown"],
    [{ text: "A clear sky is", isCut: true }, "ignored"],
  ];
  for (const [reply, verdict] of cases) {
    test(`is ${verdict} for ${JSON.stringify(reply)}`, () => assert.equal(schemaVerdict(said(reply)), verdict));
  }
});

test("a verdict on thinking knows where it stands", () => {
  assert.equal(thinkingVerdict(said({ thinking: "Two weeks", text: "14" })), "apart");
  assert.equal(thinkingVerdict(said({ text: "<think>Two weeks</think>14" })), "inline");
  assert.equal(thinkingVerdict(said({ text: "14" })), "none");
});

test("no two rounds begin with the same text, so that nothing is read from a cache", () => {
  const starts = [0, 1, 2].map((round) => speedPrompt(round, null).slice(0, 40));
  assert.equal(new Set(starts).size, 3);
});

test("a small context gets a short text", async () => {
  assert.ok(speedPrompt(0, null).length > 1_500);
  await using server = await startOllamaServer({ models: [thinker], reply: wellBehaved });
  const { facts } = await collect(createModelRegistry({ ollamaUrl: server.url, numCtx: 256 }), {});
  assert.deepEqual([facts.contextGranted, facts.notes], [256, []]);
  assert.ok((facts.promptTokensPerSecond ?? 0) > 0);
});

test("quirks are what was seen, not what was not measured", () => {
  assert.deepEqual(Object.values(quirksOf(null)), [false, false, false]);
  assert.deepEqual(Object.values(quirksOf(madeUpFacts({ tools: "unknown" }))), [false, false, false]);
  const schema = { streamed: "kept", whole: "kept", thinking: "ignored" } as const;
  const { callsToolsAsText, ignoresSchemaWhileThinking } = quirksOf(madeUpFacts({ tools: "text", schema }));
  assert.deepEqual([callsToolsAsText, ignoresSchemaWhileThinking], [true, true]);
  assert.equal(contextShortfall(madeUpFacts({ contextGranted: 4_096 })), 4_096);
  assert.equal(contextShortfall(madeUpFacts({ contextGranted: null })), null);
});

describe("a probe", () => {
  test("of a well-behaved model finds all that it can do, in the order that it tells", async () => {
    await using server = await startOllamaServer({ models: [thinker], reply: wellBehaved });
    const { facts, stages } = await probe(server);
    assert.deepEqual(
      [facts.tools, facts.schema, facts.thinking],
      ["native", { streamed: "kept", whole: "kept", thinking: "kept" }, "apart"],
    );
    assert.deepEqual([facts.contextAsked, facts.contextGranted, facts.loadMs, facts.notes], [8_192, 8_192, 280, []]);
    assert.ok((facts.promptTokensPerSecond ?? 0) > 0 && (facts.outputTokensPerSecond ?? 0) > 0);
    assert.ok((facts.firstTokenMs ?? -1) >= 0);
    assert.deepEqual([stages[0], stages.length], ["load", 10]);
    assert.match(facts.digest, /^[0-9a-f]{64}$/);
  });

  test("finds that thinking, or streaming, makes a model forget the schema", async () => {
    const forgetful = (body: ChatBody): Reply =>
      body.format && body.think ? { thinking: "Hm.", text: "Blue." } : wellBehaved(body);
    await using server = await startOllamaServer({ models: [thinker], reply: forgetful });
    assert.deepEqual((await probe(server)).facts.schema, { streamed: "kept", whole: "kept", thinking: "ignored" });
    server.setReply((body) => (body.format && body.stream ? "Blue." : wellBehaved(body)));
    const { schema } = (await probe(server)).facts;
    assert.deepEqual([schema.streamed, schema.whole], ["ignored", "kept"]);
  });

  test("tells a call as text from none, and asks twice before it says none", async () => {
    const asText = `{"name":"${canaryTool.name}","arguments":{"colour":"blue"}}`;
    await using server = await startOllamaServer({ reply: (body) => (body.tools ? asText : wellBehaved(body)) });
    assert.equal((await probe(server)).facts.tools, "text");
    let offers = 0;
    server.setReply((body) => (body.tools && ++offers === 2 ? wellBehaved(body) : "I do not know."));
    assert.equal((await probe(server)).facts.tools, "native");
    server.setReply("I do not know.");
    assert.equal((await probe(server)).facts.tools, "none");
  });

  test("takes a refusal of the server as an answer", async () => {
    await using server = await startOllamaServer({ models: [{ name: "tiny-chat", capabilities: ["completion"] }] });
    const { facts } = await probe(server);
    assert.deepEqual([facts.tools, facts.thinking, facts.schema.thinking], ["refused", "refused", null]);
    assert.deepEqual(facts.notes, []);
  });

  test("of an embedder measures its vectors", async () => {
    const embedder = { name: "tiny-chat", capabilities: ["embedding"], contextLength: 512 };
    await using server = await startOllamaServer({ models: [embedder] });
    const { facts } = await probe(server);
    assert.deepEqual([facts.kind, facts.dimensions, facts.contextGranted, facts.loadMs], ["embedding", 384, 512, 280]);
    assert.ok((facts.promptTokensPerSecond ?? 0) > 0);
    assert.deepEqual([facts.tools, facts.outputTokensPerSecond], ["none", null]);
  });

  test("asks as the model's other calls do, so that it is not loaded anew for them", async () => {
    await using server = await startOllamaServer({ reply: wellBehaved });
    const registry = createModelRegistry({ ollamaUrl: server.url, numCtx: 2_048 });
    const signal = new AbortController().signal;
    await collect(registry, {});
    await (await registry.chat("tiny-chat")).chat({ messages: [{ role: "user", content: "hello" }] }, { signal });
    assert.deepEqual(
      server.loads.map(({ numCtx }) => numCtx),
      [2_048],
    );
    assert.ok(server.chats.every((body) => body.truncate === false && body.shift === false));
  });

  test("notes what failed and goes on with the rest", async () => {
    const broken = (body: ChatBody): Reply =>
      body.tools ? { error: { status: 500, message: "runner crashed" } } : wellBehaved(body);
    await using server = await startOllamaServer({ models: [thinker], reply: broken });
    const { facts } = await probe(server);
    assert.deepEqual([facts.tools, facts.thinking], ["unknown", "apart"]);
    assert.equal(facts.notes.length, 1);
    assert.match(facts.notes[0] ?? "", /^tools: .*runner crashed/);
  });

  test("that has used up its time says what it left out", async () => {
    const clock = jumpingClock();
    const slow = (body: ChatBody): Reply => {
      if (body.tools) clock.jump(60_000);
      return body.tools ? { ...(wellBehaved(body) as object), hang: "start" } : wellBehaved(body);
    };
    await using server = await startOllamaServer({ models: [thinker], reply: slow });
    const { facts } = await probe(server, { clock, budgetMs: 30_000 });
    assert.deepEqual([facts.schema.streamed, facts.tools, facts.thinking], ["kept", "unknown", "unknown"]);
    assert.equal(facts.notes.length, 6, facts.notes.join("; "));
    assert.ok(facts.notes.every((note) => note.endsWith("no time was left")));
    assert.equal(facts.outputTokensPerSecond, null);
  });

  test("that does not even see the model loaded in time fails", async () => {
    const clock = jumpingClock();
    const reply = (): Reply => {
      clock.jump(60_000);
      return { hang: "start" };
    };
    await using server = await startOllamaServer({ reply });
    await assert.rejects(probe(server, { clock, budgetMs: 30_000 }), {
      code: "model.unreachable",
      message: /within 30.0 s/,
      hint: /--budget/,
    });
  });

  test("ends with the abort of the one who asked, and the server is told", async () => {
    const abort = new AbortController();
    const reply = (body: ChatBody): Reply => {
      if (body.tools) setImmediate(() => abort.abort("enough"));
      return body.tools ? { hang: "start" } : wellBehaved(body);
    };
    await using server = await startOllamaServer({ reply });
    await assert.rejects(probe(server, { signal: abort.signal }), (error: { code: string; cause: unknown }) => {
      assert.deepEqual([error.code, error.cause], ["model.aborted", "enough"]);
      return true;
    });
    await server.abandoned();
  });
});

const thinker = { name: "tiny-chat", capabilities: ["completion", "tools", "thinking"] };

function wellBehaved({ tools, format, think }: ChatBody): Reply {
  const thinking = think ? { thinking: "Let me see." } : {};
  if (tools) return { toolCalls: [{ name: canaryTool.name, arguments: { colour: "blue" } }] };
  return { ...thinking, text: format ? '{"colour":"blue","isSure":true}' : "A short answer of a few words." };
}

interface Given {
  readonly clock?: Clock;
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
}

function probe(server: OllamaServer, given: Given = {}): Promise<{ facts: ProbeFacts; stages: string[] }> {
  return collect(createModelRegistry({ ollamaUrl: server.url }), given);
}

async function collect(
  registry: ReturnType<typeof createModelRegistry>,
  { clock = systemClock, budgetMs = 60_000, signal = new AbortController().signal }: Given,
): Promise<{ facts: ProbeFacts; stages: string[] }> {
  const { keeper, model, full } = await registry.keeperOf("tiny-chat");
  const options = { model: full, server: keeper.server, clock, budgetMs, signal };
  const running: AsyncGenerator<ProbeStage, ProbeFacts> = runProbe(keeper.probe(model), options);
  const stages: string[] = [];
  for (;;) {
    const next = await running.next();
    if (next.done) return { facts: next.value, stages };
    stages.push(next.value.text);
  }
}

/** A clock that a test moves; what is due then happens at once. */
function jumpingClock(): Clock & { jump(ms: number): void } {
  let now = 1_000;
  const timers = new Map<object, { at: number; callback: () => void }>();
  return {
    now: () => now,
    after(delayMs, callback) {
      const key = {};
      timers.set(key, { at: now + delayMs, callback });
      return () => timers.delete(key);
    },
    jump(ms) {
      now += ms;
      for (const [key, { at, callback }] of timers) {
        if (at > now) continue;
        timers.delete(key);
        callback();
      }
    },
  };
}
