import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunId } from "../../../../src/core/id.ts";
import type { ObservedRun, ObservedStep } from "../../../../src/core/observer.ts";
import { traceIdOf } from "../../../../src/core/trace.ts";
import { scrape, testMetrics } from "../../../support/metric.ts";
import { createVirtualClock } from "../../../support/virtual-clock.ts";

const run: ObservedRun = {
  id: "run_4k7d2mzq01pb" as RunId,
  flow: "triage",
  trace: null,
  origin: null,
  parent: null,
  trigger: "cli",
  createdAt: 1_000,
  startedAt: 3_000,
};

const step: ObservedStep = {
  key: "ask",
  name: "ask",
  kind: "model",
  target: null,
  status: "succeeded",
  attempts: 1,
  startedAt: 4_000,
  finishedAt: 4_300,
  usage: null,
  failure: null,
};

async function told(tell: (metrics: ReturnType<typeof testMetrics>) => void): Promise<string[]> {
  const metrics = testMetrics({ clock: createVirtualClock() });
  tell(metrics);
  const { body } = await scrape(metrics, "application/openmetrics-text");
  return body.split("\n").filter((line) => /^tutti_(run|step|queue)\w*\{/.test(line) && !/_bucket/.test(line));
}

describe("what the engine has stored is counted", () => {
  it("as a beginning once, and as a resumption each time after", async () => {
    const lines = await told(({ observer }) => {
      const take = { stored: [], untold: null };
      observer.runTaken(run, { ...take, waitedMs: 2_000, isResumed: false, at: 3_000 });
      observer.runTaken(run, { ...take, waitedMs: 9_000, isResumed: true, at: 9_000 });
    });
    assert.deepEqual(lines, [
      'tutti_queue_wait_seconds_sum{flow="triage"} 2',
      'tutti_queue_wait_seconds_count{flow="triage"} 1',
      'tutti_run_resumes_total{flow="triage"} 1',
      'tutti_runs_started_total{flow="triage"} 1',
    ]);
  });

  it("as an end, with the trace to look at: its own, or that of who has started it", async () => {
    const end = { status: "failed", finishedAt: 5_500, usage: {}, failure: null } as never;
    const lines = await told(({ observer }) => observer.runEnded(run, end));
    assert.deepEqual(lines, [
      'tutti_run_duration_seconds_sum{flow="triage",status="failed"} 2.5',
      'tutti_run_duration_seconds_count{flow="triage",status="failed"} 1',
      `tutti_runs_total{flow="triage",status="failed"} 1 # {trace_id="${traceIdOf(run.id)}"} 1 0`,
    ]);
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const started = { ...run, trace: `00-${trace}-b7ad6b7169203331-01 vendor=state` };
    const [, , total] = await told(({ observer }) => observer.runEnded(started, end));
    assert.match(total ?? "", new RegExp(`trace_id="${trace}"`));
  });

  it("as steps by kind, whose time is known where they have a beginning", async () => {
    const lines = await told(({ observer }) =>
      observer.stepsStored(run, [step, { ...step, kind: "event", startedAt: null }]),
    );
    assert.deepEqual(
      lines.map((line) => line.replace(/ #.*/, "")),
      [
        'tutti_step_duration_seconds_sum{kind="model",status="succeeded"} 0.3',
        'tutti_step_duration_seconds_count{kind="model",status="succeeded"} 1',
        'tutti_steps_total{kind="model",status="succeeded"} 1',
        'tutti_steps_total{kind="event",status="succeeded"} 1',
      ],
    );
  });
});
