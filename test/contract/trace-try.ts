import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlanInterceptor } from "../../src/core/verb.ts";
import { drawn, spanNamed } from "../support/span-collector.ts";
import { type Traced, traced, type Open, aborted } from "./trace-case.ts";
import { workFlow } from "./work-verbs-case.ts";

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

export function attemptTests(open: Open): void {
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
