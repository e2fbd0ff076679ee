import type { Failure } from "../core/error.ts";
import { runTime, type RunId } from "../core/id.ts";
import type { ObservedRun, ObservedStep, ObservedTake } from "../core/observer.ts";
import type { StepStatus, Usage } from "../core/step.ts";
import type { EffectOutcome } from "../core/verb.ts";
import type { Payloads } from "../storage/payload.ts";
import type { CancelRecord } from "./cancel-record.ts";
import type { RunStore } from "./run-store.ts";
import type { JournalRow, RunRow } from "./run-table.ts";

/** A run, as those who watch the engine are told of it. */
export function observedRun(run: RunRow, origin: ObservedRun["origin"] = null): ObservedRun {
  const { parent_run: parent, parent_key: key } = run;
  return {
    id: run.id as RunId,
    flow: run.flow,
    trace: run.trace,
    origin,
    parent: parent === null || key === null ? null : { run: parent as RunId, key },
    trigger: run.trigger,
    createdAt: run.created_at,
    startedAt: run.started_at,
  };
}

/** Rows as they are told; `outcomes` are what they were made of, where that is at hand. */
export async function observedSteps(
  rows: readonly JournalRow[],
  payloads: Pick<Payloads, "load">,
  outcomes: readonly Pick<EffectOutcome, "failure" | "usage">[] = [],
): Promise<ObservedStep[]> {
  const steps: ObservedStep[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.kind === "cancel") {
      steps.push(...endedWaits(row));
      continue;
    }
    const known = outcomes[index];
    const failure = row.failure === null ? null : (known?.failure ?? ((await payloads.load(row.failure)) as Failure));
    steps.push(toStep(row, failure, known?.usage ?? parseUsage(row.usage)));
  }
  return steps;
}

function toStep(row: JournalRow, failure: Failure | null, usage: Usage | null): ObservedStep {
  const { key, name, kind, attempts, started_at: startedAt, finished_at: finishedAt } = row;
  return { key, name, kind, status: row.status as StepStatus, attempts, startedAt, finishedAt, usage, failure };
}

function parseUsage(usage: string | null): Usage | null {
  return usage === null ? null : (JSON.parse(usage) as Usage);
}

/** A cancel gives up waits, which get no rows: its own names them. */
function endedWaits({ result, finished_at: finishedAt }: JournalRow): ObservedStep[] {
  const { waits = [] } = JSON.parse(result ?? "{}") as Partial<CancelRecord>;
  return waits.map(({ key, name, kind, openedAt }) => ({
    key,
    name,
    kind,
    status: "cancelled",
    attempts: 1,
    startedAt: openedAt,
    finishedAt,
    usage: null,
    failure: null,
  }));
}

export interface Take {
  readonly run: RunRow;
  /** What replay goes by. */
  readonly rows: readonly JournalRow[];
  /** When this worker heard that the run was to be had, and when it had it, epoch milliseconds. */
  readonly offeredAt: number;
  readonly at: number;
}

export async function observedTake(
  { store, payloads }: { readonly store: Pick<RunStore, "rows">; readonly payloads: Pick<Payloads, "load"> },
  { run, rows, offeredAt, at }: Take,
): Promise<ObservedTake> {
  const isResumed = run.epoch > 1;
  const since = isResumed ? offeredAt : (runTime(run.id) ?? run.created_at);
  // What a fork has taken over was its origin's doing.
  const own = rows.filter(({ seq }) => seq > run.seq);
  return {
    waitedMs: Math.max(0, at - since),
    isResumed,
    at,
    stored: isResumed ? await observedSteps(own, payloads) : [],
    untold: run.deaths > 0 ? await observedSteps(await store.rows(run.id, run.seq), payloads) : null,
  };
}
