import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunId } from "../../../../src/core/id.ts";
import type { ObservedRun, ObservedStep } from "../../../../src/core/observer.ts";
import { noUsage } from "../../../../src/core/step.ts";
import { collectSpans, testTracing } from "../../../support/span-collector.ts";

const run: ObservedRun = {
  id: "run_4k7d2mzq01pb" as RunId,
  flow: "large",
  trace: null,
  origin: null,
  parent: null,
  trigger: "cli",
  createdAt: 1_000,
  startedAt: 1_000,
};

function step(key: string): ObservedStep {
  const times = { startedAt: 2_000, finishedAt: 2_010 };
  return {
    key,
    name: "count",
    kind: "run",
    target: null,
    status: "succeeded",
    attempts: 1,
    usage: null,
    failure: null,
    ...times,
  };
}

test("a map of a hundred thousand items is told in seconds; behind the first ten thousand they lie in the map itself", () => {
  const collected = collectSpans();
  using tracing = testTracing({ sink: collected.sink });
  const { observer } = tracing;
  observer.runTaken(run, { waitedMs: 0, isResumed: false, at: 1_000, stored: [], untold: null });
  const began = performance.now();
  for (let index = 0; index < 100_000; index++) observer.stepsStored(run, [step(`each[${index}]/count`)]);
  observer.runEnded(run, { status: "succeeded", finishedAt: 3_000, usage: noUsage, failure: null });
  assert.ok(performance.now() - began < 10_000);
  const spans = collected.spans();
  const ids = new Map(spans.map((span) => [span.spanId, span]));
  assert.equal(ids.size, 100_000 + 10_000 + 2);
  const parentOf = (key: string): string | undefined => {
    const found = spans.find(({ attributes }) => attributes["tutti.step.key"] === key);
    return ids.get(found?.parentId ?? "")?.name;
  };
  assert.deepEqual(["each[9999]/count", "each[10000]/count", "each[5]", "each"].map(parentOf), [
    "item",
    "each",
    "each",
    "invoke_workflow large",
  ]);
});
