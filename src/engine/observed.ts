import type { Failure } from "../core/error.ts";
import { runTime, type RunId } from "../core/id.ts";
import type { ObservedRun, ObservedStep, ObservedTake } from "../core/observer.ts";
import type { StepStatus, Usage } from "../core/step.ts";
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

/** What a row was made of, which is quicker to tell from than what is stored of it. */
export interface Known {
  readonly failure: Failure | null;
  readonly usage: Usage | null;
  readonly input: unknown;
}

/** A row as it is told; a cancel's is told as the waits that it has ended. */
export function observedStep(row: JournalRow, known: Known): readonly ObservedStep[] {
  if (row.kind === "cancel") return endedWaits(row);
  const { key, name, kind, attempts, started_at: startedAt, finished_at: finishedAt } = row;
  const { failure, usage, input } = known;
  const target = targetOf(kind, input);
  const status = row.status as StepStatus;
  return [{ key, name, kind, target, status, attempts, startedAt, finishedAt, usage, failure }];
}

/** The same from what is stored. */
async function storedSteps(
  rows: readonly JournalRow[],
  payloads: Pick<Payloads, "load">,
): Promise<readonly ObservedStep[]> {
  const steps: ObservedStep[] = [];
  for (const row of rows) {
    const known = {
      failure: row.failure === null ? null : ((await payloads.load(row.failure)) as Failure),
      usage: row.usage === null ? null : (JSON.parse(row.usage) as Usage),
      input: row.kind in targetKeys ? await payloads.load(row.input) : null,
    };
    steps.push(...observedStep(row, known));
  }
  return steps;
}

/** Where the input of a step says what it is to use, by kind. */
const targetKeys: Readonly<Record<string, string>> = {
  agent: "agent",
  tool: "tool",
  flow: "flow",
  model: "model",
  waitFor: "event",
};

function targetOf(kind: string, input: unknown): string | null {
  const key = targetKeys[kind];
  if (key === undefined || typeof input !== "object" || input === null) return null;
  const value: unknown = Reflect.get(input, key);
  return typeof value === "string" ? value : null;
}

/** A cancel gives up waits, which get no rows: its own names them. */
function endedWaits({ result, finished_at: finishedAt }: JournalRow): ObservedStep[] {
  const { waits = [] } = JSON.parse(result ?? "{}") as Partial<CancelRecord>;
  return waits.map(({ key, name, kind, openedAt }) => ({
    key,
    name,
    kind,
    target: null,
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
    stored: isResumed ? await storedSteps(own, payloads) : [],
    untold: run.deaths > 0 ? await storedSteps(await store.rows(run.id, run.seq), payloads) : null,
  };
}
