import type { MetricFamily } from "../../core/metric.ts";
import type { EngineObserver, ObservedRun, ObservedStep } from "../../core/observer.ts";
import { fromTraceText, traceIdOf } from "../../core/trace.ts";
import type { SeriesTable } from "./series-table.ts";

// From a step that only computes to a run that thinks for hours.
const durationBounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400];

const counter = { type: "counter", unit: "" } as const;
const seconds = { type: "histogram", unit: "seconds", buckets: durationBounds } as const;

export const runsTotal: MetricFamily = {
  ...counter,
  name: "tutti_runs_total",
  help: "Runs that have ended, by how.",
  labels: ["flow", "status"],
};
export const runsStarted: MetricFamily = {
  ...counter,
  name: "tutti_runs_started_total",
  help: "Runs that a worker has begun.",
  labels: ["flow"],
};
export const runResumes: MetricFamily = {
  ...counter,
  name: "tutti_run_resumes_total",
  help: "Times that a worker has taken up a run that had been worked on before.",
  labels: ["flow"],
};
export const runDuration: MetricFamily = {
  ...seconds,
  name: "tutti_run_duration_seconds",
  help: "Time from the start of a run to its end, with all that it waited for.",
  labels: ["flow", "status"],
};
export const queueWait: MetricFamily = {
  ...seconds,
  name: "tutti_queue_wait_seconds",
  help: "Time that a run stood in the queue before a worker began it.",
  labels: ["flow"],
};
export const stepsTotal: MetricFamily = {
  ...counter,
  name: "tutti_steps_total",
  help: "Steps that have ended, by kind and by how; kind attempt is one try of several.",
  labels: ["kind", "status"],
};
export const stepDuration: MetricFamily = {
  ...seconds,
  name: "tutti_step_duration_seconds",
  help: "Time that a step took.",
  labels: ["kind", "status"],
};

export const engineFamilies: readonly MetricFamily[] = [
  runsTotal,
  runsStarted,
  runResumes,
  runDuration,
  queueWait,
  stepsTotal,
  stepDuration,
];

/** Counts what the engine has stored. */
export function createEngineMetrics(table: SeriesTable): EngineObserver {
  return {
    runTaken(run, { waitedMs, isResumed }) {
      const { flow } = run;
      if (isResumed) return table.add({ family: runResumes, labels: { flow }, value: 1 });
      table.add({ family: runsStarted, labels: { flow }, value: 1 });
      table.observe({ family: queueWait, labels: { flow }, value: waitedMs / 1_000, traceId: traceOf(run) });
    },
    stepsStored(run, steps) {
      const traceId = traceOf(run);
      for (const step of steps) countStep(table, step, traceId);
    },
    runEnded(run, { status, finishedAt }) {
      const labels = { flow: run.flow, status };
      const traceId = traceOf(run);
      const value = (finishedAt - (run.startedAt ?? run.createdAt)) / 1_000;
      table.add({ family: runsTotal, labels, value: 1, traceId });
      table.observe({ family: runDuration, labels, value, traceId });
    },
  };
}

function countStep(table: SeriesTable, step: ObservedStep, traceId: string): void {
  const labels = { kind: step.kind, status: step.status };
  table.add({ family: stepsTotal, labels, value: 1, traceId });
  if (step.startedAt === null) return;
  const value = Math.max(0, step.finishedAt - step.startedAt) / 1_000;
  table.observe({ family: stepDuration, labels, value, traceId });
}

function traceOf({ id, trace }: ObservedRun): string {
  return (trace === null ? null : fromTraceText(trace))?.traceId ?? traceIdOf(id);
}
