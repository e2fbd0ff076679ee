import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { StepError } from "../../src/core/error.ts";
import type { AnyTool } from "../../src/core/tool.ts";
import { agent as defineAgent, type AgentResult } from "../../src/index.ts";
import type { ChatRequest, ToolCall } from "../../src/models/chat-model.ts";
import { createScriptedModel, type ScriptedAnswer } from "../../src/models/scripted.ts";
import { workFlow, type OpenWork } from "./work-verbs-case.ts";
import { makeTool } from "./work-verbs-tool.ts";

export const call = (name: string, values: object = {}): ToolCall => ({ name, arguments: { ...values } });
export const calls = (...toolCalls: ToolCall[]): ScriptedAnswer => ({ toolCalls });

const reader = defineAgent({ name: "reader", instructions: "Read and tell.", tools: ["read_file"] });

/** What the model was told by tools in a request, in order. */
const told = (request: ChatRequest | undefined): string[] =>
  (request?.messages ?? []).flatMap(({ role, content }) => (role === "tool" ? [content] : []));

export function agentTests(open: OpenWork): void {
  test("goes on turn by turn until the model answers; each model turn and tool call is a step of its own", async () => {
    const model = createScriptedModel({
      answers: [
        calls(call("read_file", { path: "a.txt" }), call("read_file", { path: "b.txt" })),
        calls(call("read_file", { path: "c.txt" })),
        "alpha beta gamma",
      ],
    });
    await using engine = await open({ model });
    for (const [name, text] of [
      ["a", "alpha"],
      ["b", "beta"],
      ["c", "gamma"],
    ] as const)
      writeFileSync(join(engine.workspace, `${name}.txt`), text);
    const run = await engine.run(
      workFlow(async (step) => step.map("review", ["x"], (_item, s) => s.agent("draft", reader, { prompt: "Read." }))),
    );
    // Calls of one turn end in any order.
    const steps = run.steps.map(({ key, kind }) => `${kind} ${key}`);
    assert.deepEqual(
      [steps[0], ...steps.slice(1, 3).toSorted(), ...steps.slice(3)],
      [
        "model review[0]/draft/turn 1/model",
        "tool review[0]/draft/turn 1/read_file",
        "tool review[0]/draft/turn 1/read_file#2",
        "model review[0]/draft/turn 2/model",
        "tool review[0]/draft/turn 2/read_file",
        "model review[0]/draft/turn 3/model",
        "agent review[0]/draft",
      ],
    );
    const [result] = run.output as AgentResult[];
    assert.deepEqual([result?.text, result?.turns], ["alpha beta gamma", 3]);
    const roles = model.requests[2]?.messages.map(
      ({ role, toolName, toolCalls }) => toolName ?? toolCalls?.length ?? role,
    );
    assert.deepEqual(roles, ["system", "user", 2, "read_file", "read_file", 1, "read_file"]);
    assert.deepEqual(
      told(model.requests[2]).map((text) => (JSON.parse(text) as { text: string }).text),
      ["alpha", "beta", "gamma"],
    );
    const [offered] = model.requests[0]?.tools ?? [];
    assert.equal(offered?.name, "read_file");
    assert.deepEqual(offered?.parameters["required"], ["path"]);
  });

  test("its name and the prompt are stored as its input, and each turn holds what was new in it", async () => {
    const model = createScriptedModel({ answers: [calls(call("read_file", { path: "no" })), "done"] });
    await using engine = await open({ model });
    const run = await engine.run(workFlow(async (step) => step.agent("a", reader, { prompt: "Read." })));
    const inputs = (await engine.store.rows(run.id)).map(({ key, input }) => [key, JSON.parse(input ?? "null")]);
    const {
      a: whole,
      "a/turn 1/model": first,
      "a/turn 2/model": second,
    } = Object.fromEntries(inputs) as Record<string, { messages?: { role: string }[] }>;
    assert.deepEqual(whole, { agent: "reader", prompt: "Read." });
    assert.deepEqual(
      [first, second].map((turn) => turn?.messages?.map(({ role }) => role)),
      [["system", "user"], ["tool"]],
    );
  });

  test("its usage is the sum of its turns, and the run counts each turn once", async () => {
    const model = createScriptedModel({
      answers: [calls(call("add", { n: 1 })), calls(call("add", { n: 2 })), "done now"],
    });
    await using engine = await open({ model, tools: [makeTool("add", ({ n }) => n)] });
    const run = await engine.run(
      workFlow(async (step) => step.agent("a", { ...reader, tools: ["add"] }, { prompt: "Add." })),
    );
    const { usage } = run.output as AgentResult;
    assert.equal(usage.calls, 3);
    assert.equal(usage.outputTokens, 4);
    assert.deepEqual(usage.models, ["scripted/model"]);
    assert.deepEqual(run.usage, usage);
  });

  test("tool calls of one turn run at once", async () => {
    let waiting = 0;
    const { promise: both, resolve } = Promise.withResolvers<void>();
    const meet = makeTool("meet", async ({ n }) => {
      if (++waiting === 2) resolve();
      await both;
      return n;
    });
    const model = createScriptedModel({ answers: [calls(call("meet", { n: 1 }), call("meet", { n: 2 })), "met"] });
    await using engine = await open({ model, tools: [meet] });
    const run = await engine.run(
      workFlow(async (step) => step.agent("a", { ...reader, tools: ["meet"] }, { prompt: "Go." })),
    );
    assert.equal(run.status, "succeeded");
    assert.deepEqual(told(model.requests[1]), ["1", "2"]);
  });

  toolsOfAgentTests(open);
  failureTests(open);
  sharingTests(open);
  fileTests(open);
}

function toolsOfAgentTests(open: OpenWork): void {
  const offered = async (agent: object): Promise<string[]> => {
    const model = createScriptedModel({ answers: ["ok"] });
    await using engine = await open({ model });
    await engine.run(workFlow(async (step) => step.agent("a", { ...reader, ...agent }, { prompt: "Hi" })));
    return (model.requests[0]?.tools ?? []).map(({ name }) => name);
  };

  test("has the tools it names, its own ones too, all of them for *, and none without", async () => {
    const own: AnyTool = makeTool("own", () => 1);
    assert.deepEqual(await offered({ tools: undefined }), []);
    assert.deepEqual(await offered({ tools: ["edit_file", own, "edit_file"] }), ["edit_file", "own"]);
    assert.deepEqual(await offered({ tools: ["*"], withoutTools: ["run_command", "write_file"] }), [
      "read_file",
      "list_files",
      "search_text",
      "edit_file",
    ]);
  });

  test("that names a tool which does not exist is agent.invalid", async () => {
    await using engine = await open();
    const flow = workFlow(async (step) => step.agent("a", { ...reader, tools: ["read_fil"] }, { prompt: "Hi" }));
    const { error } = await engine.run(flow);
    assert.equal(error?.code, "agent.invalid");
    assert.match(error?.message ?? "", /agent "reader" names the tool "read_fil"/);
    assert.match(JSON.stringify(error?.data), /There are: read_file,/);
  });

  test("its options go to the model and are part of what is stored", async () => {
    const model = createScriptedModel({ answers: ["ok"] });
    await using engine = await open({ model });
    const options = { numCtx: 900, temperature: 0 };
    const run = await engine.run(workFlow(async (step) => step.agent("a", { ...reader, options }, { prompt: "Hi" })));
    assert.deepEqual(model.requests[0]?.options, options);
    const input = JSON.parse((await engine.store.rows(run.id))[0]?.input ?? "") as { options: unknown };
    assert.deepEqual(input.options, options);
  });

  test("a result beyond all measure is cut and says so; what a built-in tool cuts keeps its note", async () => {
    const model = createScriptedModel({
      answers: [calls(call("flood", { n: 1 }), call("read_file", { path: "long.txt" })), "ok"],
      contextLength: 1_000_000,
    });
    const flood = makeTool("flood", () => "x".repeat(100_000));
    await using engine = await open({ model, tools: [flood] });
    writeFileSync(join(engine.workspace, "long.txt"), "a line of text\n".repeat(5_000));
    await engine.run(workFlow(async (step) => step.agent("a", { ...reader, tools: ["*"] }, { prompt: "Hi" })));
    const [cut, whole] = told(model.requests[1]);
    assert.match(
      cut ?? "",
      /^x{65336}\n\[Characters 0 to 65336 of 100000; 34664 more were left out\. Read on with read_result \{"result": 1, "offset": 65336\}\.\]$/,
    );
    assert.match((JSON.parse(whole ?? "") as { note: string }).note, /read on with offset 2185/);
  });
}

function failureTests(open: OpenWork): void {
  test("a tool that fails, in whatever way, is told to the model, which may do better", async () => {
    const bad = makeTool("bad", () => {
      throw new Error("out of paper");
    });
    const strange = ["no_such_tool", "", "\u0000", "x".repeat(1_000)];
    const model = createScriptedModel({
      answers: [
        calls(call("bad", { n: 1 }), call("bad", { n: "one" }), call("read_file", { path: "../secret" })),
        calls(...strange.map((name) => call(name))),
        "I give up",
      ],
    });
    await using engine = await open({ model, tools: [bad] });
    const run = await engine.run(
      workFlow(async (step) => step.agent("a", { ...reader, tools: ["bad", "read_file"] }, { prompt: "Try." })),
    );
    assert.equal((run.output as AgentResult).text, "I give up");
    const [failed, invalid, denied] = told(model.requests[1]);
    assert.equal(failed, 'Error: tool "bad" failed: out of paper');
    assert.match(invalid ?? "", /^Error: the arguments of tool "bad" are not valid/);
    assert.match(denied ?? "", /^Error: "\.\.\/secret" lies outside of the workspace\. Give a path relative/);
    for (const [index, text] of told(model.requests[2]).slice(3).entries()) {
      const start = `Error: there is no tool "${strange[index]}". There are: bad, read_file.\nCorrect the call`;
      assert.ok(text.startsWith(start), text);
    }
    // What cannot be called is no step: it asks no human and heals nothing; the model's answer holds what is wrong.
    assert.deepEqual(
      run.steps.filter(({ key }) => key.includes("turn 2/")).map(({ name }) => name),
      ["model"],
    );
  });

  for (const [what, tool, code] of [
    ["whose result cannot be stored", makeTool("bad", () => new Map()), "engine.not_json"],
    ["that is a defect of the flow", "call a step", "engine.verb_out_of_place"],
  ] as const) {
    test(`a tool ${what} fails the agent as ${code}`, async () => {
      const model = createScriptedModel({ answers: [calls(call("bad", { n: 1 })), "not reached"] });
      await using engine = await open({ model });
      const { error } = await engine.run(
        workFlow(async (step) => {
          const bad = typeof tool === "string" ? makeTool("bad", () => step.run("x", () => 1)) : tool;
          return step.agent("a", { ...reader, tools: [bad] }, { prompt: "Try." });
        }),
      );
      assert.equal(error?.code, code);
      assert.equal(model.requests.length, 1);
    });
  }

  test("one that only calls tools is agent.no_answer after maxTurns, 20 unless given", async () => {
    const model = createScriptedModel({ answers: (_request, index) => calls(call("add", { n: index })) });
    await using engine = await open({ model, tools: [makeTool("add", ({ n }) => n)] });
    const agent = { ...reader, tools: ["add"] };
    const run = await engine.run(
      workFlow(async (step) => {
        const failure = ({ code, message }: StepError) => [code, message];
        return [
          await step.agent("three", { ...agent, maxTurns: 3 }, { prompt: "Go." }).catch(failure),
          await step.agent("usual", agent, { prompt: "Go." }).catch(failure),
        ];
      }),
    );
    assert.deepEqual(run.output, [
      ["agent.no_answer", 'agent "reader" used its 3 turns without an answer'],
      ["agent.no_answer", 'agent "reader" used its 20 turns without an answer'],
    ]);
    assert.equal(model.requests.length, 23);
    assert.equal(run.usage.calls, 23);
  });

  test("a model that fails, fails the agent with the model's error", async () => {
    const model = createScriptedModel({ answers: [] });
    await using engine = await open({ model });
    const { error } = await engine.run(workFlow(async (step) => step.agent("a", reader, { prompt: "Hi" })));
    assert.equal(error?.code, "model.bad_answer");
  });
}

function sharingTests(open: OpenWork): void {
  /** Answers by what stands in the conversation, so that it does not matter who is asked first. */
  const echo = () =>
    createScriptedModel({
      answers: ({ messages }) => {
        const last = messages.at(-1);
        return last?.role === "tool" ? `told ${last.content}` : calls(call("add", { n: Number(messages[1]?.content) }));
      },
    });

  test("agents in a map keep their items apart and their order", async () => {
    await using engine = await open({ model: echo(), tools: [makeTool("add", ({ n }) => n + 1)] });
    const run = await engine.run(
      workFlow(async (step) =>
        step.map(
          "m",
          [1, 2, 3, 4, 5],
          async (n, s) => (await s.agent("a", { ...reader, tools: ["add"] }, { prompt: `${n}` })).text,
          {
            concurrency: 2,
          },
        ),
      ),
    );
    assert.deepEqual(run.output, ["told 2", "told 3", "told 4", "told 5", "told 6"]);
    assert.equal(run.usage.calls, 10);
  });

  test("two agents at once, also of one name, do not disturb each other", async () => {
    await using engine = await open({ model: echo(), tools: [makeTool("add", ({ n }) => n + 1)] });
    const agent = { ...reader, tools: ["add"] };
    const run = await engine.run(
      workFlow(async (step) => {
        const [one, two] = await Promise.all([
          step.agent("a", agent, { prompt: "10" }),
          step.agent("a", agent, { prompt: "20" }),
        ]);
        return [one.text, two.text];
      }),
    );
    assert.deepEqual(run.output, ["told 11", "told 21"]);
    const keys = run.steps.map(({ key }) => key).filter((key) => key.endsWith("/add"));
    assert.deepEqual(keys.toSorted(), ["a#2/turn 1/add", "a/turn 1/add"]);
  });
}

function fileTests(open: OpenWork): void {
  const file = (workspace: string, folder: string, header: string, body: string): void => {
    mkdirSync(join(workspace, folder), { recursive: true });
    writeFileSync(join(workspace, folder, "a.md"), `---\n${header}\n---\n\n${body}\n`);
  };

  test("by name is the agent of the Markdown file, read in a step", async () => {
    const model = createScriptedModel({ answers: ["ok"] });
    await using engine = await open({ model });
    const header = "name: writer\ndescription: Writes.\ntools: Read, Grep, WebFetch\nmodel: sonnet\ncolor: .nan";
    file(engine.workspace, ".claude/agents", header, "Write plainly.");
    const run = await engine.run(workFlow(async (step) => step.agent("a", "writer", { prompt: "Hi" })));
    assert.equal((run.output as AgentResult).text, "ok");
    assert.deepEqual(
      run.steps.map(({ key }) => key),
      ["a/read agent", "a/turn 1/model", "a"],
    );
    assert.deepEqual(run.steps[0]?.output, {
      name: "writer",
      description: "Writes.",
      instructions: "Write plainly.",
      tools: ["read_file", "search_text"],
    });
    assert.equal(model.requests[0]?.messages[0]?.content, "Write plainly.");
    assert.deepEqual(
      model.requests[0]?.tools?.map(({ name }) => name),
      ["read_file", "search_text"],
    );
  });

  test("with `tools: All` and disallowedTools has all others", async () => {
    const model = createScriptedModel({ answers: ["ok"] });
    await using engine = await open({ model });
    file(engine.workspace, "agents", "name: all\ndescription: d\ntools: All\ndisallowedTools: Bash, Write", "Do.");
    await engine.run(workFlow(async (step) => step.agent("a", "all", { prompt: "Hi" })));
    assert.deepEqual(
      model.requests[0]?.tools?.map(({ name }) => name),
      ["read_file", "list_files", "search_text", "edit_file"],
    );
  });

  test("whose file is broken fails the agent with file and line", async () => {
    await using engine = await open();
    file(engine.workspace, "agents", "name: broken", "Do.");
    const { error } = await engine.run(workFlow(async (step) => step.agent("a", "broken", { prompt: "Hi" })));
    assert.equal(error?.code, "agent.invalid");
    assert.match(error?.message ?? "", /a\.md:2:1: .*needs a description/);
  });
}
