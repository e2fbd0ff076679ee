import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { trace } from "@opentelemetry/api";
import { z } from "zod";
import type { StepError } from "../../src/core/error.ts";
import { fromTraceparent, spanIdOf, traceIdOf } from "../../src/core/trace.ts";
import type { PlanInterceptor } from "../../src/core/verb.ts";
import { defineAgent } from "../../src/engine/agent/agent.ts";
import { defineFlow } from "../../src/engine/flow.ts";
import type { Step } from "../../src/index.ts";
import { createScriptedModel, type ScriptedAnswer } from "../../src/models/scripted.ts";
import type { Database } from "../../src/storage/database.ts";
import type { Tracing } from "../../src/observability/trace/tracing.ts";
import { collectSpans, drawn, spanNamed, testTracing, type Collected } from "../support/span-collector.ts";
import { openWorkEngine, until, workFlow, type WorkEngine, type WorkOptions } from "./work-verbs-case.ts";

interface Traced extends Disposable {
  readonly collected: Collected;
  readonly tracing: Tracing;
  /** What an engine is handed so that it is traced. */
  readonly watched: Pick<WorkOptions, "observer" | "ring" | "tracer">;
}

function traced(): Traced {
  const collected = collectSpans();
  const tracing = testTracing({ sink: collected.sink });
  return {
    collected,
    tracing,
    watched: { observer: tracing.observer, ring: tracing.effect, tracer: tracing.tracer },
    [Symbol.dispose]: () => tracing[Symbol.dispose](),
  };
}

/** What a run's spans are, on any database. */
export function traceContract(
  name: string,
  openDatabase: () => Promise<Database>,
  { skip }: { skip?: string | false } = {},
): void {
  const open = async (options: WorkOptions): Promise<WorkEngine> => openWorkEngine(await openDatabase(), options);
  describe(`traces on ${name}`, { skip: skip ?? false }, () => {
    treeTests(open);
    attemptTests(open);
    crashTests(open);
    ownSpanTests(open);
  });
}

type Open = (options: WorkOptions) => Promise<WorkEngine>;

const lookUp = {
  name: "look_up",
  description: "Looks something up.",
  input: z.object({ word: z.string() }),
  effect: "read",
  call: async ({ word }: { word: string }) => ({ found: word }),
} as const;

const scribe = defineAgent({ name: "scribe", instructions: "Look up, then answer.", tools: [lookUp] });

const agentAnswers: readonly ScriptedAnswer[] = [
  { toolCalls: [{ name: "look_up", arguments: { word: "sea" } }] },
  "The sea.",
];

function child() {
  return defineFlow<null, unknown, Step>({ name: "trace-child", run: (step) => step.run("inner", () => 1) });
}

/** An agent with a tool, a map, a child, a review and a wait. */
function everything() {
  return workFlow(async (step) => {
    await step.agent("write", scribe, { prompt: "What is it?" });
    await step.map("each", ["a", "b"], (item, inner) => inner.run("count", () => item.length), { concurrency: 1 });
    await step.flow("sub", child(), null);
    await step.review("sign off", { title: "Good?", payload: { text: "sea" } });
    await step.shell("say", ["sh", "-c", "echo $TRACEPARENT"]);
  });
}

const everyLine = (flow: string): string[] => [
  `invoke_workflow ${flow}`,
  "  invoke_agent scribe",
  "    turn 1",
  "      model",
  "        chat model",
  "      execute_tool look_up",
  "    turn 2",
  "      model",
  "        chat model",
  "  each",
  "    item",
  "      count",
  "    item",
  "      count",
  "  sub",
  "    invoke_workflow trace-child",
  "      inner",
  "  sign off",
  "  say",
];

function treeTests(open: Open): void {
  test("an agent, a map, a child, a review and a program are one tree of spans", async () => {
    using watch = traced();
    const model = watch.tracing.watchChat(createScriptedModel({ answers: agentAnswers }));
    await using engine = await open({ ...watch.watched, model, flows: [child()] });
    const flow = everything();
    const id = await engine.start(flow);
    const review = await until(async () => (await engine.openReviews(id))[0]);
    await engine.review("review.approve", { id: review.id });
    const run = await engine.until(id, "succeeded", "failed");
    assert.equal(run.status, "succeeded");
    const spans = watch.collected.spans();
    assert.deepEqual(drawn(spans), everyLine(flow.name));
    assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([traceIdOf(id)]));
    const said = String((run.steps.find(({ key }) => key === "say")?.output as { stdout: string }).stdout).trim();
    assert.deepEqual(fromTraceparent(said), { traceId: traceIdOf(id), spanId: spanIdOf(id, "say") });
  });

  test("spans say by the conventions what they are, and by whom they were made", async () => {
    using watch = traced();
    const model = watch.tracing.watchChat(createScriptedModel({ answers: agentAnswers }));
    await using engine = await open({ ...watch.watched, model });
    const run = await engine.run(workFlow((step) => step.agent("write", scribe, { prompt: "What is it?" })));
    const spans = watch.collected.spans();
    const agent = spanNamed(spans, "invoke_agent scribe");
    assert.deepEqual(
      [agent.kind, agent.service, agent.scope, agent.resource],
      ["internal", "tutti", "tutti.engine", { "service.version": "1.2.3" }],
    );
    assert.equal(agent.attributes["gen_ai.operation.name"], "invoke_agent");
    assert.equal(agent.attributes["gen_ai.agent.name"], "scribe");
    assert.equal(agent.attributes["tutti.step.key"], "write");
    const tool = spanNamed(spans, "execute_tool look_up");
    assert.equal(tool.attributes["gen_ai.tool.name"], "look_up");
    const [chat] = spans.filter(({ name }) => name === "chat model");
    assert.equal(chat?.kind, "client");
    assert.deepEqual(
      [
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "tutti.run.id",
        "gen_ai.agent.name",
      ].map((name) => chat?.attributes[name]),
      ["chat", "scripted", "model", run.id, "scribe"],
    );
    assert.ok(Number(chat?.attributes["gen_ai.usage.input_tokens"]) > 0);
    assert.equal(chat?.attributes["gen_ai.input.messages"], undefined);
  });

  test("a failure is told where it was, in its code, and the run's end", async () => {
    using watch = traced();
    await using engine = await open(watch.watched);
    const flow = workFlow(async (step) => {
      await step.run("fine", () => 1);
      await step.run("broken", () => {
        throw new Error("no such thing");
      });
    });
    await engine.run(flow);
    const spans = watch.collected.spans();
    assert.deepEqual(drawn(spans), [`invoke_workflow ${flow.name} !`, "  fine", "  broken !"]);
    const broken = spanNamed(spans, "broken");
    assert.deepEqual([broken.attributes["error.type"], broken.statusText], ["step.failed", "no such thing"]);
  });

  test("the loser of a race, and what ran on when its run ended, are told as cancelled", async () => {
    using watch = traced();
    await using engine = await open(watch.watched);
    const flow = workFlow(async (step) => {
      await step.race("who", {
        quick: (inner) => inner.run("won", () => 1),
        slow: (inner) => inner.run("lost", ({ signal }) => aborted(signal)),
      });
      void step.run("left", ({ signal }) => aborted(signal)).catch(() => undefined);
      await step.run("last", () => 1);
    });
    await engine.run(flow);
    const spans = watch.collected.spans();
    assert.deepEqual(
      drawn(spans).toSorted(),
      [
        "      lost",
        "      won",
        "  last",
        "  left",
        "  who",
        "    quick",
        "    slow",
        `invoke_workflow ${flow.name}`,
      ].toSorted(),
    );
  });
}

/** Ends with the signal; a test's end is the end of what nobody waits for. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

const again: PlanInterceptor = {
  name: "again",
  kinds: ["run"],
  async around({ host }, spec, next) {
    const first = await next(spec);
    if (first.status !== "failed") return first;
    await host.wait({ kind: "sleep", name: "pause", input: { ms: 1 }, dueInMs: 1, whenDue: { status: "succeeded" } });
    const second = await next(spec);
    return second.status === "failed" ? next(spec) : second;
  },
};

function attemptTests(open: Open): void {
  const flaky = (fails: number, watch: Traced) => {
    let tries = 0;
    return workFlow((step) =>
      step.run("flaky", () =>
        watch.tracing.tracer.span({ name: "inside" }, async () => {
          if (++tries <= fails) throw new Error(`try ${tries}`);
          return tries;
        }),
      ),
    );
  };

  test("a step that succeeds at once has no span for its only try", async () => {
    using watch = traced();
    await using engine = await open({ ...watch.watched, around: [again] });
    const flow = flaky(0, watch);
    await engine.run(flow);
    assert.deepEqual(drawn(watch.collected.spans()), [`invoke_workflow ${flow.name}`, "  flaky", "    inside"]);
  });

  test("each try of a step that was tried again is a span, with what happened in it and between them", async () => {
    using watch = traced();
    await using engine = await open({ ...watch.watched, around: [again] });
    const flow = flaky(2, watch);
    await engine.run(flow);
    const spans = watch.collected.spans();
    assert.deepEqual(drawn(spans), [
      `invoke_workflow ${flow.name}`,
      "  flaky",
      "    attempt 1 !",
      "      inside !",
      "    pause",
      "    attempt 2 !",
      "      inside !",
      "    attempt 3",
      "      inside",
    ]);
    assert.equal(spanNamed(spans, "flaky").attributes["tutti.step.attempts"], 3);
    assert.equal(spanNamed(spans, "attempt 2").attributes["error.type"], "step.failed");
  });

  test("tries before a crash are those of the same step after it", async () => {
    using watch = traced();
    const gate = Promise.withResolvers<void>();
    let tries = 0;
    await using engine = await open({ ...watch.watched, around: [again] });
    const flow = workFlow((step) =>
      step.run("flaky", async ({ signal }) => {
        tries++;
        if (tries === 1) throw new Error("first");
        if (tries === 2) {
          gate.resolve();
          await aborted(signal);
        }
        return tries;
      }),
    );
    const id = await engine.start(flow);
    await gate.promise;
    await engine.crash();
    await engine.until(id, "succeeded");
    assert.deepEqual(drawn(watch.collected.spans()), [
      `invoke_workflow ${flow.name}`,
      "  flaky",
      "    attempt 1 !",
      "    pause",
      "    attempt 2",
    ]);
  });
}

function crashTests(open: Open): void {
  test("after a kill in the middle the tree is the same, each span once", async () => {
    using watch = traced();
    // What the first worker had told is lost with it, as with a process that is killed.
    const lost = collectSpans();
    const before = testTracing({ sink: lost.sink });
    let alive = before;
    const model = createScriptedModel({ answers: agentAnswers });
    const both: WorkOptions = {
      model: { name: model.name, chat: (request, call) => alive.watchChat(model).chat(request, call) },
      observer: {
        runTaken: (...told) => alive.observer.runTaken(...told),
        stepsStored: (...told) => alive.observer.stepsStored(...told),
        runEnded: (...told) => alive.observer.runEnded(...told),
      },
      ring: [{ name: "alive", around: (context, spec, next) => onlyOf(alive).around(context, spec, next) }],
    };
    await using engine = await open({ ...both, flows: [child()] });
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const flow = workFlow(async (step) => {
      await step.agent("write", scribe, { prompt: "What is it?" });
      await step.map(
        "each",
        ["a", "b"],
        (item, inner) =>
          inner.run("count", async ({ signal }) => {
            if (item === "b" && runs++ === 0) {
              gate.resolve();
              await aborted(signal);
            }
          }),
        { concurrency: 1 },
      );
      await step.flow("sub", child(), null);
    });
    const id = await engine.start(flow);
    await gate.promise;
    alive = watch.tracing;
    await engine.crash();
    await engine.until(id, "succeeded");
    before[Symbol.dispose]();
    // The calls of the model were told by the SDK of the first life, which is gone; all that has a row is there again.
    const lines = everyLine(flow.name)
      .slice(0, -2)
      .filter((line) => !line.includes("chat"));
    assert.deepEqual(drawn(watch.collected.spans()), lines);
    const ids = (spans: Collected): Set<string> => new Set(spans.spans().map(({ spanId }) => spanId));
    const told = lost.spans().filter(({ name }) => !name.startsWith("chat") && !name.startsWith("turn"));
    for (const { spanId, name } of told) assert.ok(ids(watch.collected).has(spanId), name);
  });

  test("a run that waits and goes on later tells nothing twice", async () => {
    using watch = traced();
    await using engine = await open(watch.watched);
    const flow = workFlow(async (step) => {
      await step.map("each", [1, 2], (item, inner) => inner.run("count", () => item), { concurrency: 1 });
      await step.waitFor("news", { event: "go" });
      await step.map("more", [1], (item, inner) => inner.run("count", () => item));
    });
    const id = await engine.start(flow);
    await engine.until(id, "waiting");
    await engine.control.emit("go", null);
    await engine.until(id, "succeeded");
    assert.equal(watch.collected.told.length, watch.collected.spans().length);
    assert.deepEqual(drawn(watch.collected.spans()), [
      `invoke_workflow ${flow.name}`,
      "  each",
      "    item",
      "      count",
      "    item",
      "      count",
      "  news",
      "  more",
      "    item",
      "      count",
    ]);
    assert.equal(spanNamed(watch.collected.spans(), "news").attributes["tutti.wait.event"], "go");
  });

  test("a retry is a trace of its own that names the run it repeats", async () => {
    using watch = traced();
    await using engine = await open(watch.watched);
    let isBroken = true;
    const flow = workFlow((step) =>
      step.run("a", () => {
        if (isBroken) throw new Error("broken");
      }),
    );
    const { id } = await engine.run(flow);
    isBroken = false;
    const second = await engine.control.retry(id);
    await engine.until(second, "succeeded");
    const root = watch.collected.spans().find((span) => span.traceId === traceIdOf(second) && span.parentId === null);
    assert.deepEqual(root?.links, [{ traceId: traceIdOf(id), spanId: spanIdOf(id, "") }]);
  });

  test("a run that was started in somebody's trace is a part of it, with its children", async () => {
    using watch = traced();
    await using engine = await open({ ...watch.watched, flows: [child()] });
    const outside = { traceId: "c".repeat(32), spanId: "d".repeat(16), state: "vendor=x" };
    const flow = workFlow(async (step) => {
      await step.flow("sub", child(), null);
      return step.shell("say", ["sh", "-c", "echo $TRACEPARENT $TRACESTATE"]);
    });
    engine.flows.set(flow.name, flow);
    const id = await engine.control.start({ flow, trace: outside });
    const run = await engine.until(id, "succeeded");
    const spans = watch.collected.spans();
    assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([outside.traceId]));
    assert.deepEqual(drawn(spans, { outside: [outside.spanId] }), [
      `invoke_workflow ${flow.name}`,
      "  sub",
      "    invoke_workflow trace-child",
      "      inner",
      "  say",
    ]);
    const { stdout } = run.output as { stdout: string };
    assert.equal(stdout.trim(), `00-${outside.traceId}-${spanIdOf(id, "say")}-01 vendor=x`);
  });
}

function onlyOf({ effect }: Tracing): Tracing["effect"][number] {
  const [only] = effect;
  assert.ok(only);
  return only;
}

function ownSpanTests(open: Open): void {
  test("spans of a flow's own instrumentation lie in the step that made them", async () => {
    using watch = traced();
    await using engine = await open(watch.watched);
    const flow = workFlow((step) =>
      step.run("fetch", async () => {
        const tracer = trace.getTracer("my-library", "2.0.0");
        return tracer.startActiveSpan("GET /things", async (span) => {
          await Promise.resolve();
          tracer.startSpan("parse").end();
          span.end();
        });
      }),
    );
    await engine.run(flow);
    const spans = watch.collected.spans();
    assert.deepEqual(drawn(spans), [`invoke_workflow ${flow.name}`, "  fetch", "    GET /things", "      parse"]);
    assert.equal(spanNamed(spans, "parse").scope, "my-library");
  });

  test("a sink that throws and an attribute that cannot be read fail nothing", async () => {
    const tracing = testTracing({
      sink: {
        spans() {
          throw new Error("full");
        },
        logs: () => undefined,
        points: () => undefined,
      },
    });
    const trap = Object.defineProperty({}, "x", {
      enumerable: true,
      get() {
        throw new Error("trap");
      },
    });
    await using engine = await open({ observer: tracing.observer, ring: tracing.effect });
    const run = await engine.run(
      workFlow(async (step) => {
        try {
          return await step.run("a", () => tracing.tracer.span({ name: "b", attributes: trap }, async () => 1));
        } catch (error) {
          return (error as StepError).message;
        }
      }),
    );
    tracing[Symbol.dispose]();
    assert.deepEqual([run.status, run.output], ["succeeded", 1]);
  });
}
