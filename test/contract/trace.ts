import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { trace } from "@opentelemetry/api";
import type { StepError } from "../../src/core/error.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import type { Database } from "../../src/storage/database.ts";
import { fromTraceparent, spanIdOf, traceIdOf } from "../../src/core/trace.ts";
import { collectSpans, drawn, spanNamed, testTracing } from "../support/span-collector.ts";
import {
  traced,
  type Open,
  scribe,
  agentAnswers,
  child,
  everything,
  everyLine,
  aborted,
  stdoutOf,
} from "./trace-case.ts";
import { crashTests } from "./trace-crash.ts";
import { attemptTests } from "./trace-try.ts";
import { openWorkEngine, until, workFlow, type WorkEngine, type WorkOptions } from "./work-verbs-case.ts";

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
    const parentOf = (name: string): unknown => spanNamed(spans, name).attributes["tutti.run.parent"];
    assert.deepEqual([`invoke_workflow ${flow.name}`, "invoke_workflow trace-child"].map(parentOf), [undefined, id]);
    const said = stdoutOf(run.steps.find(({ key }) => key === "say")?.output);
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
    const chat = spans.find(({ name }) => name === "chat model");
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

function ownSpanTests(open: Open): void {
  test("a tool's span holds what it was given and gave where that is asked for, and its program knows its place", async () => {
    const collected = collectSpans();
    using tracing = testTracing({ sink: collected.sink, content: "redacted" });
    const watched = { observer: tracing.observer, ring: tracing.effect, tracer: tracing.tracer };
    await using engine = await open(watched);
    const argv = ["sh", "-c", "echo $TRACEPARENT token=abcdef123456"];
    const { id, output } = await engine.run(workFlow((step) => step.tool("say", "run_command", { argv })));
    const { attributes } = spanNamed(collected.spans(), "execute_tool run_command");
    const place = `00-${traceIdOf(id)}-${spanIdOf(id, "say")}-01`;
    assert.equal(stdoutOf(output), `${place} token=abcdef123456`);
    assert.deepEqual(JSON.parse(String(attributes["gen_ai.tool.call.arguments"])), {
      argv: ["sh", "-c", "echo $TRACEPARENT token=[redacted]"],
    });
    const result = JSON.parse(String(attributes["gen_ai.tool.call.result"])) as { stdout: string };
    assert.equal(result.stdout, `${place} token=[redacted]\n`);
  });

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
