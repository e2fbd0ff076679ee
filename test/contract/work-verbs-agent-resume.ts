import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TuttiError } from "../../src/core/error.ts";
import type { Agent, AgentResult, Step } from "../../src/index.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { call, calls } from "./work-verbs-agent.ts";
import { acrossChange, acrossCrash, ended, failureOf, until, workFlow, type OpenWork } from "./work-verbs-case.ts";
import { makeTool } from "./work-verbs-tool.ts";

const worker: Agent = { name: "worker", instructions: "Work.", tools: ["work"] };
const forEver = Number.POSITIVE_INFINITY;

export function agentResumeTests(open: OpenWork): void {
  test("a crash in the tool call of turn 2 goes on there: no stored model call or tool call is made again", async () => {
    const worked: number[] = [];
    const work = makeTool("work", ({ n }) => {
      worked.push(n);
      const isFirstTimeOfThree = n === 3 && worked.filter((one) => one === 3).length === 1;
      return isFirstTimeOfThree ? new Promise(() => undefined) : n;
    });
    const model = createScriptedModel({
      answers: [calls(call("work", { n: 1 })), calls(call("work", { n: 2 }), call("work", { n: 3 })), "done"],
    });
    await using engine = await open({ model, tools: [work] });
    const flow = workFlow(async (step) => (await step.agent("a", worker, { prompt: "Go." })).text);
    const id = await engine.start(flow);
    // The sibling is stored, the hanging one is not.
    await until(async () => (await engine.store.rows(id)).some(({ key }) => key === "a/turn 2/work"));
    const run = await acrossCrash(engine, id, () => worked.includes(3));
    assert.equal(run.output, "done");
    assert.equal(model.requests.length, 3);
    assert.deepEqual(worked, [1, 2, 3, 3]);
    assert.deepEqual(
      run.steps.map(({ key }) => key),
      ["a/turn 1/model", "a/turn 1/work", "a/turn 2/model", "a/turn 2/work", "a/turn 2/work#2", "a/turn 3/model", "a"],
    );
    assert.equal(run.usage.calls, 3);
  });

  test("a crash in the model call of turn 2 makes that call again, with the same conversation", async () => {
    let worked = 0;
    const work = makeTool("work", ({ n }) => (worked++, n));
    const model = createScriptedModel({
      answers: [calls(call("work", { n: 7 })), { delayMs: forEver }, "done"],
    });
    await using engine = await open({ model, tools: [work] });
    const flow = workFlow(async (step) => step.agent("a", worker, { prompt: "Go." }));
    const run = await acrossCrash(engine, await engine.start(flow), () => model.requests.length === 2);
    const { text, turns, usage } = run.output as AgentResult;
    assert.deepEqual([text, turns, usage.calls], ["done", 2, 2]);
    assert.equal(worked, 1);
    assert.deepEqual(model.requests[2]?.messages, model.requests[1]?.messages);
    assert.deepEqual(run.usage, usage);
  });

  test("an ended agent is one row: a replay asks neither model nor tools, nor reads its file", async () => {
    let worked = 0;
    const model = createScriptedModel({ answers: [calls(call("work", { n: 7 })), "done"] });
    await using engine = await open({ model, tools: [makeTool("work", () => ++worked)] });
    mkdirSync(join(engine.workspace, "agents"));
    const path = join(engine.workspace, "agents", "w.md");
    writeFileSync(path, "---\nname: w\ndescription: d\ntools: work\n---\nWork.\n");
    const before = async (step: Step) => (await step.agent("a", "w", { prompt: "Go." })).text;
    const run = await acrossChange(engine, {
      before,
      after(step) {
        writeFileSync(path, "broken");
        return before(step);
      },
    });
    assert.equal(run.output, "done");
    assert.deepEqual([model.requests.length, worked], [2, 1]);
    assert.deepEqual(
      (await engine.store.replayRows(run.id)).map(({ key }) => key),
      ["a", "gate"],
    );
  });

  test("an agent's file is read once in a run: a change in its middle is for the next run", async () => {
    const model = createScriptedModel({ answers: [calls(call("work", { n: 7 })), { delayMs: forEver }, "done"] });
    await using engine = await open({ model, tools: [makeTool("work", ({ n }) => n)] });
    mkdirSync(join(engine.workspace, "agents"));
    const write = (body: string): void =>
      writeFileSync(
        join(engine.workspace, "agents", "w.md"),
        `---\nname: w\ndescription: d\ntools: work\n---\n${body}\n`,
      );
    write("Old.");
    const id = await engine.start(workFlow(async (step) => (await step.agent("a", "w", { prompt: "Go." })).text));
    await until(() => model.requests.length === 2);
    write("New.");
    const run = await acrossCrash(engine, id, () => true);
    assert.equal(run.output, "done");
    assert.equal(model.requests[2]?.messages[0]?.content, "Old.");
  });

  for (const [what, agent, prompt] of [
    ["the prompt", worker, "Stop."],
    ["the agent", { ...worker, name: "other" }, "Go."],
  ] as const) {
    test(`a change of ${what} under an open run pauses it as engine.replay_mismatch`, async () => {
      await using engine = await open({
        model: createScriptedModel({ answers: ["done"] }),
        tools: [makeTool("work", () => 1)],
      });
      const run = await acrossChange(engine, {
        before: (step) => step.agent("a", worker, { prompt: "Go." }),
        after: (step) => step.agent("a", agent, { prompt }),
      });
      assert.equal(run.status, "paused");
      assert.equal(run.error?.code, "engine.replay_mismatch");
    });
  }

  for (const [what, changed] of Object.entries<Partial<Agent>>({
    instructions: { instructions: "Rest." },
    options: { options: { seed: 1 } },
  })) {
    test(`a change of its ${what} in the middle of the agent pauses the run as engine.replay_mismatch`, async () => {
      const model = createScriptedModel({ answers: [calls(call("work", { n: 7 })), { delayMs: forEver }, "done"] });
      await using engine = await open({ model, tools: [makeTool("work", () => 1)] });
      const of = (agent: Agent) => (step: Step) => step.agent("a", agent, { prompt: "Go." });
      const flow = workFlow(of(worker));
      const id = await engine.start(flow);
      await until(() => model.requests.length === 2);
      engine.flows.set(flow.name, { ...flow, run: of({ ...worker, ...changed }) });
      await engine.crash();
      const run = await engine.until(id, ...ended);
      const { code, data } = failureOf(run);
      assert.equal(code, "engine.replay_mismatch");
      assert.equal((data as { journal: { key: string } }).journal.key, "a/turn 1/model");
    });
  }

  test("a cancel in the middle of a turn aborts model and tools and ends the run as cancelled", async () => {
    const started: string[] = [];
    const aborted: string[] = [];
    const work = makeTool(
      "work",
      (_values, { key, signal }) =>
        new Promise((_resolve, reject) => {
          started.push(key);
          signal.addEventListener("abort", () => {
            aborted.push(key);
            reject(signal.reason);
          });
        }),
    );
    const model = createScriptedModel({
      answers: [calls(call("work", { n: 1 }), call("work", { n: 2 })), "not reached"],
    });
    await using engine = await open({ model, tools: [work], graceMs: 10_000 });
    const id = await engine.start(workFlow(async (step) => step.agent("a", worker, { prompt: "Go." })));
    await until(() => started.length === 2);
    await engine.control.cancel(id, "enough");
    const run = await engine.until(id, ...ended);
    assert.equal(run.status, "cancelled");
    assert.deepEqual(aborted, ["a/turn 1/work", "a/turn 1/work#2"]);
    assert.equal(model.requests.length, 1);
    const tools = run.steps.filter(({ kind }) => kind === "tool").map(({ status }) => status);
    assert.deepEqual(tools, ["cancelled", "cancelled"]);
    assert.equal(run.steps.find(({ kind }) => kind === "agent")?.status, "cancelled");
  });

  test("a retry after a later failure keeps an ended agent, one with a failed tool too", async () => {
    let worked = 0;
    let attempts = 0;
    const work = makeTool("work", () => {
      worked++;
      throw new Error("never works");
    });
    const model = createScriptedModel({ answers: [calls(call("work", { n: 1 })), "done without"] });
    await using engine = await open({ model, tools: [work] });
    const run = await engine.run(
      workFlow(async (step) => {
        await step.agent("a", worker, { prompt: "Go." });
        return step.run("last", () => {
          if (++attempts === 1) throw new Error("first time");
          return "ok";
        });
      }),
    );
    assert.equal(run.status, "failed");
    const again = await engine.until(await engine.control.retry(run.id), ...ended);
    assert.equal(again.output, "ok");
    assert.equal(worked, 1);
  });

  test("tokens of its turns are live events under the turn's key", async () => {
    const model = createScriptedModel({
      answers: [{ text: "Let me", toolCalls: [call("work", { n: 1 })] }, "well done"],
    });
    await using engine = await open({ model, tools: [makeTool("work", () => 1)] });
    const seen: unknown[] = [];
    const id = await engine.start(workFlow(async (step) => step.agent("a", worker, { prompt: "Go." })));
    const leave = engine.live.subscribe(id, ({ type, key, data }) => type === "live" && seen.push([key, data]));
    await engine.until(id, ...ended);
    leave();
    assert.deepEqual(seen, [
      ["a/turn 1/model", { text: "Let" }],
      ["a/turn 1/model", { text: " me" }],
      ["a/turn 2/model", { text: "well" }],
      ["a/turn 2/model", { text: " done" }],
    ]);
  });

  test("a retry of a run whose agent failed in turn 2 goes on in turn 2", async () => {
    let worked = 0;
    const work = makeTool("work", () => ++worked);
    const broken = { code: "model.unreachable", message: "gone" } as const;
    let asked = 0;
    const answers = createScriptedModel({ answers: [calls(call("work", { n: 1 })), "done"] });
    const model = async () => {
      if (++asked === 2) throw new TuttiError(broken.code, broken.message);
      return answers;
    };
    await using engine = await open({ model, tools: [work] });
    const run = await engine.run(workFlow(async (step) => (await step.agent("a", worker, { prompt: "Go." })).text));
    assert.equal(run.error?.code, "model.unreachable");
    const again = await engine.until(await engine.control.retry(run.id), ...ended);
    assert.equal(again.output, "done");
    assert.deepEqual([worked, asked], [1, 3]);
  });
}
