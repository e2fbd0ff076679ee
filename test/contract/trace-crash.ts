import assert from "node:assert/strict";
import { test } from "node:test";
import { spanIdOf, traceIdOf } from "../../src/core/trace.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import type { Tracing } from "../../src/observability/trace/tracing.ts";
import { collectSpans, drawn, spanNamed, testTracing, type Collected } from "../support/span-collector.ts";
import {
  tickingClock,
  traced,
  type Open,
  scribe,
  agentAnswers,
  child,
  everyLine,
  aborted,
  stdoutOf,
} from "./trace-case.ts";
import { workFlow, type WorkOptions } from "./work-verbs-case.ts";

export function crashTests(open: Open): void {
  test("after a kill in the middle the tree is the same, each span once", async () => {
    using watch = traced();
    // What the first worker had told is lost with it, as with a process that is killed.
    const lost = collectSpans();
    const before = testTracing({ sink: lost.sink });
    let alive = before;
    const model = createScriptedModel({ answers: agentAnswers });
    const both: WorkOptions = {
      clock: tickingClock(),
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
    assert.equal(stdoutOf(run.output), `00-${outside.traceId}-${spanIdOf(id, "say")}-01 vendor=x`);
  });
}

function onlyOf({ effect }: Tracing): Tracing["effect"][number] {
  const [only] = effect;
  assert.ok(only);
  return only;
}
