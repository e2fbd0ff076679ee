import assert from "node:assert/strict";
import { test } from "node:test";
import { z, type AgentResult, type ModelResult } from "../../src/index.ts";
import { createScriptedModel, type ScriptedAnswer } from "../../src/models/scripted.ts";
import { withRepairedCalls } from "../../src/models/repair/repair.ts";
import { call, calls } from "./work-verbs-agent.ts";
import { failureOf, workFlow, type OpenWork } from "./work-verbs-case.ts";
import { makeTool } from "./work-verbs-tool.ts";

const verdict = z.strictObject({ good: z.boolean(), score: z.number() });
const good = { good: true, score: 7 };
const json = JSON.stringify(good);

type Options = Parameters<OpenWork>[0];

async function judge(open: OpenWork, answers: readonly ScriptedAnswer[], more: Options & { options?: object } = {}) {
  const { options, ...given } = more;
  const model = createScriptedModel({ answers });
  await using engine = await open({ model: withRepairedCalls(model), ...given });
  const run = await engine.run(
    workFlow(async (step) =>
      step.model("m", { prompt: "Judge.", output: verdict, ...(options ? { options: { ...options } } : {}) }),
    ),
  );
  return { run, requests: model.requests, result: run.output as ModelResult<unknown> };
}

/** Answers that must be JSON of a shape. */
export function outputTests(open: OpenWork): void {
  askingTests(open);
  quirkTests(open);
  agentTests(open);
}

function askingTests(open: OpenWork): void {
  test("the schema goes along as the grammar and in words at the end of the prompt", async () => {
    const { requests, result } = await judge(open, [json]);
    const [request] = requests;
    assert.ok(request);
    assert.deepEqual((request.format as { required: unknown }).required, ["good", "score"]);
    assert.match(request.messages.at(-1)?.content ?? "", /^Judge\.\n\nAnswer with JSON alone.*\n\{"type":"object"/s);
    assert.deepEqual([result.output, result.repairs, result.calls], [good, undefined, undefined]);
  });

  test("what was meant is taken, and the answer says what was done", async () => {
    const { requests, result } = await judge(open, [
      "<think>Hm.</think>Here:\n```json\n{'good': True, 'score': '7'}\n```",
    ]);
    assert.deepEqual(result.output, good);
    assert.equal(result.thinking, "Hm.");
    assert.deepEqual(result.repairs, [
      { kind: "thinking", detail: "told from the text" },
      { kind: "output", detail: "out of a fence; JSON repaired; score: text to number" },
    ]);
    assert.equal(requests.length, 1);
  });

  test("an answer that does not fit is quoted back once with what is wrong; both count, and it is one step", async () => {
    const { run, requests, result } = await judge(open, ['{"good": true}', json]);
    assert.deepEqual(result.output, good);
    assert.deepEqual(
      requests[1]?.messages.map(({ role }) => role),
      ["user", "assistant", "user"],
    );
    assert.match(
      requests[1]?.messages.at(-1)?.content ?? "",
      /^Your answer does not fit the schema: score is missing: it must be a number\.\n.*JSON Schema:/s,
    );
    assert.deepEqual(requests[1]?.format, requests[0]?.format);
    assert.equal(run.steps.length, 1);
    assert.deepEqual([run.usage.calls, result.calls], [2, 2]);
    assert.equal(run.usage.outputTokens, result.usage.outputTokens);
    assert.match(JSON.stringify(result.repairs), /asked_again.*does not fit the schema.*\{\\"good\\\\?": true\}/);
  });

  test("an answer that was cut off is not asked for again, since it would be again: the figures and what to raise", async () => {
    const { run, requests } = await judge(open, ['{"good": true, "score": 7}'], { options: { maxTokens: 2 } });
    const { code, message, data } = failureOf(run);
    assert.equal(code, "model.output_invalid");
    assert.match(
      message,
      /was cut off after 2 tokens and was cut off in the middle of its JSON|was cut off after 2 tokens/,
    );
    assert.match(JSON.stringify(data), /raise options\.maxTokens/);
    assert.equal(requests.length, 1);
    assert.equal(run.usage.calls, 1);
  });

  test("a second call that fails has the first one's usage, and the error is its own", async () => {
    const { run } = await judge(open, ["no"]);
    assert.equal(failureOf(run).code, "model.bad_answer");
    assert.deepEqual([run.usage.calls, run.usage.outputTokens], [1, 1]);
  });

  test("who watches is told that the answer so far is not the one", async () => {
    const model = createScriptedModel({ answers: ["no", json] });
    await using engine = await open({ model });
    const flow = workFlow(async (step) => step.model("m", { prompt: "Judge.", output: verdict }));
    const seen: unknown[] = [];
    const id = await engine.start(flow);
    const leave = engine.live.subscribe(id, ({ type, data }) => type === "live" && seen.push(data));
    await engine.until(id, "succeeded", "failed");
    leave();
    assert.ok(
      seen.some((data) => JSON.stringify(data) === '{"again":"is not JSON"}'),
      JSON.stringify(seen),
    );
  });
}

function quirkTests(open: OpenWork): void {
  const quirksOf = (quirks: object) => ({ quirksOf: async () => quirks });

  test("a model that ignores the schema while it thinks is told not to think", async () => {
    const { requests } = await judge(open, [json], quirksOf({ ignoresSchemaWhileThinking: true }));
    assert.deepEqual([requests[0]?.options?.think, typeof requests[0]?.format], [false, "object"]);
  });

  test("unless the step asks it to: then only the words ask for the schema", async () => {
    const options = { think: true };
    const { requests } = await judge(open, [json], { ...quirksOf({ ignoresSchemaWhileThinking: true }), options });
    assert.deepEqual([requests[0]?.options?.think, requests[0]?.format], [true, undefined]);
    assert.match(requests[0]?.messages.at(-1)?.content ?? "", /Answer with JSON alone/);
  });

  test("a model that ignores the schema while streaming gets it in words alone", async () => {
    const { requests, result } = await judge(open, [json], quirksOf({ ignoresSchemaWhileStreaming: true }));
    assert.equal(requests[0]?.format, undefined);
    assert.deepEqual(result.output, good);
  });
}

function agentTests(open: OpenWork): void {
  const add = makeTool("add", ({ n }) => n + 1);
  const agent = { name: "judge", instructions: "Judge.", tools: ["add"] };

  test("an agent's last answer has the shape; tools are called without a grammar in the way", async () => {
    const model = createScriptedModel({ answers: [calls(call("add", { n: 6 })), json] });
    await using engine = await open({ model, tools: [add] });
    const run = await engine.run(
      workFlow(async (step) => {
        const { output, turns } = await step.agent("a", agent, { prompt: "Go.", output: verdict });
        return [output?.score, turns];
      }),
    );
    assert.deepEqual(run.output, [7, 2]);
    for (const request of model.requests) {
      assert.equal(request.format, undefined);
      assert.match(request.messages[0]?.content ?? "", /^Judge\.\n\nWhen you have the answer: Answer with JSON alone/);
    }
    // What is stored of the conversation is the conversation, so another schema is no other run.
    const input = JSON.parse((await engine.store.rows(run.id))[0]?.input ?? "") as { messages: { content: string }[] };
    assert.equal(input.messages[0]?.content, "Judge.");
  });

  test("one that does not fit is asked for once more, by the grammar and without tools, in the same step", async () => {
    const model = createScriptedModel({ answers: ["It is good.", json] });
    await using engine = await open({ model, tools: [add] });
    const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Go.", output: verdict })));
    const { output, turns, usage } = run.output as AgentResult;
    assert.deepEqual([output, turns, usage.calls, run.usage.calls], [good, 1, 2, 2]);
    assert.deepEqual([model.requests[1]?.tools, typeof model.requests[1]?.format], [undefined, "object"]);
    const twice = createScriptedModel({ answers: ["It is good.", "Really."] });
    await using other = await open({ model: twice, tools: [add] });
    const failed = await other.run(
      workFlow(async (step) => step.agent("a", agent, { prompt: "Go.", output: verdict })),
    );
    assert.equal(failureOf(failed).code, "model.output_invalid");
    assert.equal((failureOf(failed).data as { text: string }).text, "Really.");
  });
}
