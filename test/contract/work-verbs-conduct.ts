import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { agent as defineAgent, type AgentResult } from "../../src/index.ts";
import type { ChatRequest } from "../../src/models/chat-model.ts";
import { createScriptedModel, type ScriptedAnswer } from "../../src/models/scripted.ts";
import { withRepairedCalls } from "../../src/models/repair/repair.ts";
import { call, calls } from "./work-verbs-agent.ts";
import { acrossCrash, failureOf, until, workFlow, type OpenWork } from "./work-verbs-case.ts";
import { makeTool } from "./work-verbs-tool.ts";

const worker = defineAgent({ name: "worker", instructions: "Work.", tools: ["add"] });
const add = makeTool("add", ({ n }) => n + 1);

const told = (request: ChatRequest | undefined): string[] =>
  (request?.messages ?? []).flatMap(({ role, content }) => (role === "tool" ? [content] : []));

/** Runs one agent to its end. */
async function runAgent(
  open: OpenWork,
  answers: readonly ScriptedAnswer[],
  { agent = worker, tools = [add] }: { agent?: typeof worker; tools?: readonly ReturnType<typeof makeTool>[] } = {},
) {
  const model = createScriptedModel({ answers, contextLength: 1_000_000 });
  await using engine = await open({ model: withRepairedCalls(model), tools });
  const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Go." })));
  // Whatever the model did, a replay behind every step finds the same.
  const { differences } = await engine.verify(run.id);
  assert.deepEqual(differences, []);
  return { run, requests: model.requests, output: run.output as AgentResult };
}

/** How an agent's model may misbehave, and what comes of it. */
export function conductTests(open: OpenWork): void {
  wrongCallTests(open);
  textCallTests(open);
  repeatTests(open);
  longResultTests(open);
}

function wrongCallTests(open: OpenWork): void {
  test("a call that does not fit is quoted back with what is wrong; the next one that fits goes on", async () => {
    const { output, requests, run } = await runAgent(open, [
      calls(call("add", { n: "many" })),
      calls(call("add", { n: 1 })),
      "2",
    ]);
    assert.equal(output.text, "2");
    const [wrong] = told(requests[1]);
    assert.match(
      wrong ?? "",
      /^Error: the arguments of tool "add" are not valid: n must be a number, not "many"\nCorrect/,
    );
    // Nothing that cannot be called is asked about, healed or counted as a failed step.
    assert.deepEqual(
      run.steps.map(({ key }) => key),
      ["a/turn 1/model", "a/turn 2/model", "a/turn 2/add", "a/turn 3/model", "a"],
    );
  });

  test("a second wrong call of the same tool in a row is agent.tool_call_invalid with tool, arguments and problem", async () => {
    const { run, requests } = await runAgent(open, [
      calls(call("add", { n: "many" })),
      calls(call("add", { n: "more" })),
      "not reached",
    ]);
    const { code, message, data } = failureOf(run);
    assert.equal(code, "agent.tool_call_invalid");
    assert.match(message, /the model of agent "worker" called the tool "add" wrongly, was told so, and did it again/);
    const { usage, ...rest } = data as Record<string, unknown>;
    assert.deepEqual(rest["arguments"], { n: "more" });
    assert.equal(rest["tool"], "add");
    assert.equal((usage as { calls: number }).calls, 2);
    assert.equal(requests.length, 2);
  });

  test("a right call in between makes the next wrong one the first again", async () => {
    const { output } = await runAgent(open, [
      calls(call("add", { n: "many" })),
      calls(call("add", { n: 1 })),
      calls(call("add", { n: "many" })),
      "done",
    ]);
    assert.equal(output.text, "done");
  });

  test("tools that do not exist count as one, whatever they are called", async () => {
    const { run, requests } = await runAgent(open, [calls(call("sum")), calls(call("plus")), "not reached"]);
    assert.equal(failureOf(run).code, "agent.tool_call_invalid");
    assert.match(failureOf(run).message, /called an unknown tool wrongly.*there is no tool "plus"\. There are: add\./);
    assert.match(told(requests[1])[0] ?? "", /^Error: there is no tool "sum"\. There are: add\.\nCorrect/);
  });

  test("of several calls of a turn each has its own end, in the order in which they were asked for", async () => {
    const bad = makeTool("bad", () => {
      throw new Error("out of paper");
    });
    const { output, requests } = await runAgent(
      open,
      [
        calls(
          call("add", { n: 1 }),
          call("bad", { n: 1 }),
          call("add", { n: "x" }),
          call("none"),
          call("add", { n: 2 }),
        ),
        "ok",
      ],
      { agent: { ...worker, tools: ["add", "bad"] }, tools: [add, bad] },
    );
    assert.equal(output.text, "ok");
    assert.deepEqual(
      told(requests[1]).map((text) => text.split("\n")[0]?.slice(0, 40)),
      [
        "2",
        'Error: tool "bad" failed: out of paper',
        'Error: the arguments of tool "add" are n',
        'Error: there is no tool "none". There ar',
        "3",
      ],
    );
  });

  test("an empty answer is asked for once more, and the second is agent.no_answer", async () => {
    const again = await runAgent(open, [calls(call("add", { n: 1 })), "", "done"]);
    assert.equal(again.output.text, "done");
    assert.match(again.requests[2]?.messages.at(-1)?.content ?? "", /^Your answer was empty/);
    const twice = await runAgent(open, ["", " ", "not reached"]);
    assert.equal(failureOf(twice.run).code, "agent.no_answer");
    assert.match(failureOf(twice.run).message, /answered with nothing, twice/);
  });
}

function textCallTests(open: OpenWork): void {
  test("a call that came as text is stored as the call it is, with what was repaired; a replay calls nothing again", async () => {
    let count = 0;
    const once = makeTool("add", ({ n }) => (count++, n === 41 && count === 1 ? new Promise(() => undefined) : n + 1));
    const text = 'I will add.\n```json\n{"name": "add", "arguments": {"n": "41"}}\n```';
    const model = createScriptedModel({ answers: [text, "42"] });
    await using engine = await open({ model: withRepairedCalls(model), tools: [once] });
    const id = await engine.start(workFlow(async (step) => step.agent("a", worker, { prompt: "Go." })));
    const run = await acrossCrash(engine, id, () => count === 1);
    assert.equal((run.output as AgentResult).text, "42");
    assert.deepEqual([model.requests.length, count], [2, 2]);
    const {
      timings: _timings,
      usage: _usage,
      given: _given,
      ...stored
    } = (run.steps[0]?.output ?? {}) as Record<string, unknown>;
    assert.deepEqual(stored, {
      text: "I will add.",
      toolCalls: [{ name: "add", arguments: { n: 41 } }],
      finishReason: "tool_calls",
      model: "scripted/model",
      repairs: [
        { kind: "call", detail: "1 written as a fence of json" },
        { kind: "arguments", tool: "add", detail: "n: text to number" },
      ],
    });
    const rows = await engine.store.rows(run.id);
    const input = rows.find(({ kind }) => kind === "tool")?.input ?? "";
    assert.deepEqual(JSON.parse(input), { tool: "add", arguments: { n: 41 } });
  });

  test("a human is asked about the repaired call, and that is what runs", async () => {
    const text = '<tool_call>{"name": "write_file", "arguments": {"Path": "a.txt", "text": 7}}</tool_call>';
    const model = createScriptedModel({ answers: [text, "done"] });
    await using engine = await open({ model: withRepairedCalls(model), askedTools: ["write_file"] });
    const agent = { ...worker, tools: ["write_file"] };
    const id = await engine.start(workFlow(async (step) => step.agent("a", agent, { prompt: "Go." })));
    await until(async () => (await engine.openReviews(id)).length > 0);
    const [review] = await engine.openReviews(id);
    assert.deepEqual(review?.payload, { tool: "write_file", arguments: { path: "a.txt", text: "7" } });
    assert.equal(existsSync(join(engine.workspace, "a.txt")), false);
    await engine.review("review.approve", { id: review?.id });
    await engine.until(id, "succeeded", "failed");
    assert.equal(existsSync(join(engine.workspace, "a.txt")), true);
  });

  test("what looks like a call among words is asked about once; said again, it is the answer", async () => {
    const text = 'You could call it like this:\n```json\n{"name": "add", "arguments": {"n": 1}}\n```';
    const { output, requests } = await runAgent(open, [text, text]);
    assert.equal(output.text, text);
    assert.equal(requests.length, 2);
    assert.match(
      requests[1]?.messages.at(-1)?.content ?? "",
      /^In your answer what looks like a call of add stands among/,
    );
    const meant = await runAgent(open, [text, '{"name": "add", "arguments": {"n": 1}}', "2"]);
    assert.equal(meant.output.text, "2");
  });
}

function repeatTests(open: OpenWork): void {
  test("the same call with the same result is hinted at, and ends the agent as agent.loop", async () => {
    const same = Array.from({ length: 9 }, () => calls(call("add", { n: 1 })));
    const { run, requests } = await runAgent(open, same);
    const { code, data } = failureOf(run);
    assert.equal(code, "agent.loop");
    const { limit, allowed, used, calls: repeated } = data as Record<string, unknown>;
    assert.deepEqual([limit, allowed, used], ["maxRepeats", 4, 4]);
    assert.deepEqual(repeated, [{ tool: "add", arguments: { n: 1 } }]);
    assert.equal(requests.length, 5);
    assert.deepEqual(
      told(requests[4]).map((text) => text.includes("You have made this call before")),
      [false, false, true, true],
    );
  });

  test("two calls in turn are a loop too; another result, or another call, is none", async () => {
    const answers = Array.from({ length: 12 }, (_none, index) => calls(call("add", { n: index % 2 })));
    assert.equal(failureOf((await runAgent(open, answers)).run).code, "agent.loop");
    let count = 0;
    const tick = makeTool("add", () => ++count);
    const ticking = [...Array.from({ length: 9 }, () => calls(call("add", { n: 1 }))), "done"];
    assert.equal((await runAgent(open, ticking, { tools: [tick] })).output.text, "done");
  });

  test("maxRepeats lets an agent wait for something longer", async () => {
    const answers = [...Array.from({ length: 9 }, () => calls(call("add", { n: 1 }))), "done"];
    const agent = { ...worker, maxRepeats: 10 };
    assert.equal((await runAgent(open, answers, { agent })).output.text, "done");
  });
}

function longResultTests(open: OpenWork): void {
  test("a result that is too large is cut with a note, and the agent can read on to its end", async () => {
    const flood = makeTool("add", ({ n }) => "ab".repeat(n));
    const read = (offset: number): ScriptedAnswer => calls(call("read_result", { result: 1, offset }));
    const { output, requests, run } = await runAgent(
      open,
      [
        calls(call("add", { n: 600 })),
        read(800),
        calls(call("read_result", { result: 2, offset: 0 })),
        read(1_200),
        "done",
      ],
      { agent: { ...worker, maxResultSize: 1_000 }, tools: [flood] },
    );
    assert.equal(output.text, "done");
    const [cut, rest, none, behind] = told(requests.at(-1));
    assert.match(
      cut ?? "",
      /^(ab){400}\n\[Characters 0 to 800 of 1200; 400 more were left out\. Read on with read_result \{"result": 1, "offset": 800\}\.\]$/,
    );
    assert.match(rest ?? "", /^(ab){200}\n\[Characters 800 to 1200 of 1200: the end\.\]$/);
    assert.match(none ?? "", /there is no result 2 that was cut/);
    assert.match(behind ?? "", /result 1 has 1200 characters, so none at 1200/);
    // It is offered from then on, and only then; the whole stays in the tool's own row.
    assert.deepEqual(
      requests.slice(0, 2).map(({ tools }) => tools?.map(({ name }) => name)),
      [["add"], ["add", "read_result"]],
    );
    const given = run.steps.flatMap(({ kind, output: stored }) =>
      kind === "model"
        ? [(stored as { given?: { tools: { name: string }[] } }).given?.tools.map(({ name }) => name)]
        : [],
    );
    assert.deepEqual(given, [["add"], ["add", "read_result"], undefined, undefined, undefined]);
    assert.equal(String(run.steps.find(({ name }) => name === "add")?.output).length, 1_200);
  });
}
