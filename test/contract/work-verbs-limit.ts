import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Clock } from "../../src/core/clock.ts";
import { TuttiError } from "../../src/core/error.ts";
import { agent as defineAgent, type Agent, type AgentResult, type RunRecord, type Step } from "../../src/index.ts";
import type { ChatRequest } from "../../src/models/chat-model.ts";
import { createScriptedModel, type ScriptedAnswer } from "../../src/models/scripted.ts";
import { call, calls } from "./work-verbs-agent.ts";
import { acrossCrash, ended, failureOf, workFlow, type OpenWork } from "./work-verbs-case.ts";
import { makeTool } from "./work-verbs-tool.ts";

const worker = defineAgent({ name: "worker", instructions: "Work.", tools: ["add"] });
const add = makeTool("add", ({ n }) => n + 1);
const forEver = Number.POSITIVE_INFINITY;
const adding = (count: number): ScriptedAnswer[] =>
  Array.from({ length: count }, (_none, index) => calls(call("add", { n: index })));

/** The figures of a limit that was reached, without what it had cost. */
function reached({ error }: RunRecord): Record<string, unknown> {
  const { usage: _usage, hint: _hint, ...rest } = (error?.data ?? {}) as Record<string, unknown>;
  return { code: error?.code, ...rest };
}

async function runWorker(open: OpenWork, agent: Agent, answers: readonly ScriptedAnswer[]) {
  const model = createScriptedModel({ answers });
  await using engine = await open({ model, tools: [add] });
  const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Go." })));
  assert.deepEqual((await engine.verify(run.id)).differences, []);
  return { run, requests: model.requests };
}

/** What an agent may use, and how it hands tasks to others. */
export function limitTests(open: OpenWork): void {
  figureTests(open);
  timeTests(open);
  helperTests(open);
  depthTests(open);
  fileTests(open);
}

function figureTests(open: OpenWork): void {
  test("turns that are used up are agent.no_answer with the figures", async () => {
    const { run } = await runWorker(open, { ...worker, maxTurns: 2 }, adding(3));
    assert.deepEqual(reached(run), {
      code: "agent.no_answer",
      agent: "worker",
      limit: "maxTurns",
      allowed: 2,
      used: 2,
    });
  });

  test("tool calls are counted before they are made: a turn that asks for too many makes none of them", async () => {
    const answers = [
      calls(call("add", { n: 1 }), call("add", { n: 2 })),
      calls(call("add", { n: 3 }), call("add", { n: 4 })),
    ];
    const { run } = await runWorker(open, { ...worker, maxToolCalls: 3 }, answers);
    assert.deepEqual(reached(run), {
      code: "agent.limit",
      agent: "worker",
      limit: "maxToolCalls",
      allowed: 3,
      used: 2,
    });
    assert.match(failureOf(run).message, /asked for 2 more tool calls after 2; it may make 3/);
    assert.deepEqual((failureOf(run).data as { usage: unknown }).usage, run.usage);
    assert.equal(run.steps.filter(({ kind }) => kind === "tool").length, 2);
  });

  test("tokens are counted after each turn; an answer that was paid for is still taken", async () => {
    const { run, requests } = await runWorker(open, { ...worker, maxTotalTokens: 10 }, adding(5));
    const { used, ...rest } = reached(run);
    assert.deepEqual(rest, { code: "agent.limit", agent: "worker", limit: "maxTotalTokens", allowed: 10 });
    assert.equal(used, (run.usage.inputTokens ?? 0) + (run.usage.outputTokens ?? 0));
    assert.ok(used >= 10 && requests.length > 1 && requests.length < 5, `${used} in ${requests.length}`);
    const paid = await runWorker(open, { ...worker, maxTotalTokens: 2 }, ["one two three four"]);
    assert.equal((paid.run.output as AgentResult).text, "one two three four");
  });

  test("a retry with a higher limit goes on behind the turns that are stored", async () => {
    const model = createScriptedModel({ answers: [...adding(2), "done"] });
    await using engine = await open({ model, tools: [add] });
    const flow = (maxTurns: number) => async (step: Step) =>
      step.agent("a", { ...worker, maxTurns }, { prompt: "Go." });
    const first = workFlow(flow(2));
    const failed = await engine.run(first);
    assert.equal(failed.error?.code, "agent.no_answer");
    engine.flows.set(first.name, { ...first, run: flow(5) });
    const run = await engine.until(await engine.control.retry(failed.id), ...ended);
    const { text, turns, usage } = run.output as AgentResult;
    assert.deepEqual([text, turns, usage.calls, model.requests.length], ["done", 3, 3, 3]);
  });

  test("onOverflow goes to the model with each turn", async () => {
    const { requests } = await runWorker(open, { ...worker, onOverflow: "compact" }, [...adding(1), "done"]);
    assert.deepEqual(
      requests.map(({ onOverflow }) => onOverflow),
      ["compact", "compact"],
    );
  });

  test("an answer that maxTokens cut off says so", async () => {
    const { run } = await runWorker(open, { ...worker, options: { maxTokens: 2 } }, ["one two three"]);
    const { text, finishReason } = run.output as AgentResult;
    assert.deepEqual([text, finishReason], ["one two", "length"]);
  });
}

/** A clock that a test moves on. */
function handClock(): { clock: Clock; readonly pass: (ms: number) => void } {
  let now = 1_000_000;
  const timers = new Set<{ at: number; work: () => void }>();
  return {
    clock: {
      now: () => now,
      after(delayMs, work) {
        const timer = { at: now + delayMs, work };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
    pass(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.work();
      }
    },
  };
}

function timeTests(open: OpenWork): void {
  test("time that has passed in tools ends the agent before its next turn", async () => {
    const { clock, pass } = handClock();
    const slow = makeTool("add", ({ n }) => (pass(40_000), n));
    const model = createScriptedModel({ answers: adding(5), clock });
    await using engine = await open({ model, tools: [slow], clock, parkAfterMs: forEver });
    const run = await engine.run(
      workFlow(async (step) => step.agent("a", { ...worker, maxTime: "1m" }, { prompt: "Go." })),
    );
    assert.deepEqual(reached(run), {
      code: "agent.limit",
      agent: "worker",
      limit: "maxTime",
      allowed: 60_000,
      used: 60_000,
    });
    assert.equal(model.requests.length, 2);
  });

  test("a model that does not answer is ended when the agent's time is up, which a crash does not start anew", async () => {
    const model = createScriptedModel({ answers: () => ({ delayMs: forEver }) });
    await using engine = await open({ model, tools: [add] });
    const agent = { ...worker, maxTime: "400ms" };
    const id = await engine.start(workFlow(async (step) => step.agent("a", agent, { prompt: "Go." })));
    const run = await acrossCrash(engine, id, () => model.requests.length === 1);
    const figures = { agent: "worker", limit: "maxTime", allowed: 400, used: 400 };
    assert.deepEqual(reached(run), { code: "agent.limit", ...figures });
    assert.match(failureOf(run).message, /agent "worker" took longer than 400 ms/);
    const [began, turn] = await engine.store.rows(id);
    const tookMs = Number(turn?.finished_at) - Number(began?.finished_at);
    assert.ok(tookMs >= 400 && tookMs < 5_000, `${tookMs} ms`);
  });
}

const boss = defineAgent({ name: "boss", instructions: "Lead.", agents: [{ ...worker, name: "the helper" }] });

/** Answers by who is asked and what was told last, so that it does not matter who is asked first. */
function cast(lines: Readonly<Record<string, (request: ChatRequest, turn: number) => ScriptedAnswer>>) {
  const turns = new Map<string, number>();
  return createScriptedModel({
    answers(request) {
      const who = request.messages[0]?.content ?? "";
      const key = `${who} ${request.messages[1]?.content}`;
      const turn = (turns.get(key) ?? 0) + 1;
      turns.set(key, turn);
      const line = lines[who];
      assert.ok(line, `nobody is cast as ${who}`);
      return line(request, turn);
    },
  });
}

const lastOf = ({ messages }: ChatRequest): string => messages.at(-1)?.content ?? "";

function helperTests(open: OpenWork): void {
  test("an agent is offered as a tool, runs as a scope of its own, and its usage counts with the caller's", async () => {
    const model = cast({
      "Lead.": (request, turn) =>
        turn === 1 ? calls(call("the_helper", { prompt: "Add 1." })) : `heard ${lastOf(request)}`,
      "Work.": (request, turn) => (turn === 1 ? calls(call("add", { n: 1 })) : `it is ${lastOf(request)}`),
    });
    await using engine = await open({ model, tools: [add] });
    const run = await engine.run(workFlow(async (step) => step.agent("lead", boss, { prompt: "Go." })));
    const { text, usage } = run.output as AgentResult;
    assert.equal(text, "heard it is 2");
    assert.deepEqual(
      run.steps.map(({ kind, key }) => `${kind} ${key}`),
      [
        "model lead/turn 1/model",
        "model lead/turn 1/the_helper/turn 1/model",
        "tool lead/turn 1/the_helper/turn 1/add",
        "model lead/turn 1/the_helper/turn 2/model",
        "agent lead/turn 1/the_helper",
        "model lead/turn 2/model",
        "agent lead",
      ],
    );
    assert.deepEqual([usage.calls, run.usage.calls], [4, 4]);
    assert.deepEqual(run.usage, usage);
    assert.match(model.requests[0]?.tools?.[0]?.description ?? "", /Hands a task to the agent the helper/);
  });

  test("a crash within it goes on there; an agent that has ended is not run again", async () => {
    let count = 0;
    const hanging = makeTool("add", ({ n }) => (++count === 1 ? new Promise(() => undefined) : n + 1));
    const model = cast({
      "Lead.": (request, turn) => {
        if (turn > 2) return `heard ${lastOf(request)}`;
        return calls(call("the_helper", { prompt: `Add ${turn}.` }));
      },
      "Work.": (request, turn) => {
        if (request.messages[1]?.content === "Add 1.") return "one";
        return turn === 1 ? calls(call("add", { n: 2 })) : lastOf(request);
      },
    });
    await using engine = await open({ model, tools: [hanging] });
    const id = await engine.start(workFlow(async (step) => step.agent("lead", boss, { prompt: "Go." })));
    const run = await acrossCrash(engine, id, () => count === 1);
    assert.equal((run.output as AgentResult).text, "heard 3");
    assert.equal(model.requests.length, 6);
  });

  test("its failure is told to the caller, with what it had used", async () => {
    const model = cast({
      "Lead.": (request, turn) => (turn === 1 ? calls(call("the_helper", { prompt: "Loop." })) : lastOf(request)),
      "Work.": (_request, turn) => calls(call("add", { n: turn })),
    });
    await using engine = await open({ model, tools: [add] });
    const agents = [{ ...worker, name: "the helper", maxTurns: 2 }];
    const run = await engine.run(workFlow(async (step) => step.agent("lead", { ...boss, agents }, { prompt: "Go." })));
    const { text, usage } = run.output as AgentResult;
    assert.match(text, /^Error: agent "the helper" used its 2 turns without an answer/);
    assert.deepEqual(usage, run.usage);
  });

  test("one that fails through a step has used what it had used, for its caller too", async () => {
    const model = cast({
      "Lead.": (request, turn) => (turn === 1 ? calls(call("the_helper", { prompt: "Add." })) : lastOf(request)),
      "Work.": (_request, turn) => {
        if (turn === 1) return calls(call("add", { n: turn }));
        throw new TuttiError("model.bad_answer", "the server broke");
      },
    });
    await using engine = await open({ model, tools: [add] });
    const flow = workFlow(async (step) => step.agent("lead", boss, { prompt: "Go." }));
    const run = await engine.run(flow);
    const { text, usage } = run.output as AgentResult;
    assert.match(text, /^Error: the server broke/);
    assert.equal(usage.calls, 3);
    assert.deepEqual(usage, run.usage);
    assert.deepEqual((await engine.verify(run.id)).differences, []);
  });

  test("an agent of the name of a tool is agent.invalid", async () => {
    const agent = { ...worker, agents: [{ ...worker, name: "add" }] };
    const { run } = await runWorker(open, agent, []);
    assert.equal(failureOf(run).code, "agent.invalid");
    assert.match(failureOf(run).message, /agent "worker" has two tools or agents of the name "add"/);
  });
}

function depthTests(open: OpenWork): void {
  const endless: Agent = { name: "deep", instructions: "Dig.", agents: ["deep"] };
  const file = "---\nname: deep\ndescription: Digs.\nagents: deep\n---\nDig.\n";

  for (const [what, agent, depth] of [
    ["3 unless given", endless, 3],
    ["as given", { ...endless, maxDepth: 1 }, 1],
    ["none for 0", { ...endless, maxDepth: 0 }, 0],
  ] as const) {
    test(`agents below each other: ${what}; the one too deep is agent.limit, which its caller is told`, async () => {
      const model = createScriptedModel({
        answers: (request) => {
          const last = request.messages.at(-1);
          return last?.role === "tool" ? last.content : calls(call("deep", { prompt: `d${request.messages.length}` }));
        },
      });
      await using engine = await open({ model });
      mkdirSync(join(engine.workspace, "agents"));
      writeFileSync(join(engine.workspace, "agents", "deep.md"), file);
      const run = await engine.run(workFlow(async (step) => step.agent("a", agent, { prompt: "Go." })));
      assert.match((run.output as AgentResult).text, /^Error: agent "deep" was handed a task by an agent that may not/);
      const agents = run.steps.filter(({ kind }) => kind === "agent");
      assert.deepEqual(
        agents.map(({ error }) => error?.code ?? "answered"),
        ["agent.limit", ...Array.from({ length: depth + 1 }, () => "answered")],
      );
    });
  }
}

function fileTests(open: OpenWork): void {
  test("limits and agents of a Markdown file hold, and are stored with it", async () => {
    const model = cast({
      "Lead.": (request, turn) => (turn === 1 ? calls(call("helper", { prompt: "Help." })) : lastOf(request)),
      "Help.": () => "helped",
    });
    await using engine = await open({ model });
    mkdirSync(join(engine.workspace, "agents"));
    const lead = "name: lead\ndescription: Leads.\nagents: helper\nmaxToolCalls: 1\nmaxTime: 10m\nonOverflow: grow";
    writeFileSync(join(engine.workspace, "agents", "lead.md"), `---\n${lead}\n---\nLead.\n`);
    writeFileSync(join(engine.workspace, "agents", "h.md"), "---\nname: helper\ndescription: Helps.\n---\nHelp.\n");
    const id = await engine.start(workFlow(async (step) => step.agent("a", "lead", { prompt: "Go." })));
    const run = await engine.until(id, ...ended);
    assert.equal((run.output as AgentResult).text, "helped", JSON.stringify(run.error));
    const stored = run.steps.find(({ key }) => key === "a/read agent")?.output as Agent;
    assert.deepEqual(
      [stored.agents, stored.maxToolCalls, stored.maxTime, stored.onOverflow],
      [["helper"], 1, "10m", "grow"],
    );
    assert.equal(model.requests[0]?.onOverflow, "grow");
    assert.match(model.requests[0]?.tools?.[0]?.description ?? "", /Helps\.$/);
  });
}
