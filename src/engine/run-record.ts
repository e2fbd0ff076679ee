import type { Failure } from "../core/error.ts";
import { runTime, type RunId } from "../core/id.ts";
import {
  noUsage,
  type RunRecord,
  type RunStatus,
  type Skipped,
  type StepRecord,
  type StepStatus,
  type Usage,
} from "../core/step.ts";
import type { Payloads } from "../storage/payload.ts";
import type { CancelRecord } from "./cancel-record.ts";
import type { JournalRow, OpeningRow, RunRow } from "./run-table.ts";

/** A run for lists: without payloads and steps. */
export function toRunSummary(row: Omit<RunRow, "input" | "output">): Omit<RunRecord, "input" | "output" | "steps"> {
  return {
    id: row.id as RunId,
    flow: row.flow,
    status: row.status as RunStatus,
    error: row.failure === null || row.failure.startsWith("@") ? null : (JSON.parse(row.failure) as Failure),
    // A fork has its origin's time for its body, and its own for people.
    createdAt: row.forked_from === null ? row.created_at : (runTime(row.id) ?? row.created_at),
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    usage: row.usage === null ? noUsage : (JSON.parse(row.usage) as Usage),
  };
}

/** A whole run, payloads loaded. */
export async function toRecord(row: RunRow, steps: readonly StepRecord[], payloads: Payloads): Promise<RunRecord> {
  const [input, output, error] = await Promise.all([
    payloads.load(row.input),
    payloads.load(row.output),
    payloads.load(row.failure),
  ]);
  const { id, flow, status, createdAt, startedAt, finishedAt, usage } = toRunSummary(row);
  const abandoned = row.abandoned === null ? {} : { abandoned: JSON.parse(row.abandoned) as unknown };
  const forkedFrom = row.forked_from === null ? {} : { forkedFrom: row.forked_from };
  const parent = row.parent_run === null ? {} : { parent: { run: row.parent_run, step: row.parent_key } };
  return {
    id,
    flow,
    status,
    input: input ?? null,
    output: output ?? null,
    error: (error as Failure | undefined) ?? null,
    createdAt,
    startedAt,
    finishedAt,
    usage,
    steps,
    ...abandoned,
    ...forkedFrom,
    ...parent,
  };
}

/** What a row tells of steps: its own, or the waits that a cancel has ended. */
export async function stepsOf(row: JournalRow, payloads: Payloads): Promise<StepRecord[]> {
  return row.kind === "cancel" ? withdrawnSteps(row) : [await toStep(row, payloads)];
}

async function toStep(row: JournalRow, payloads: Payloads): Promise<StepRecord> {
  const [output, error] = await Promise.all([payloads.load(row.result), payloads.load(row.failure)]);
  return {
    key: row.key,
    name: row.name,
    kind: row.kind,
    status: row.status as StepStatus,
    attempts: row.attempts,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    output: output ?? null,
    error: (error as Failure | undefined) ?? null,
    skipped: row.skipped === null ? null : (JSON.parse(row.skipped) as Skipped),
  };
}

/** A step that has not ended. */
export function openStep(row: OpeningRow): StepRecord {
  const status = ["sleep", "waitFor", "review", "flow"].includes(row.kind) ? "waiting" : "running";
  return {
    key: row.key,
    name: row.name,
    kind: row.kind,
    status,
    attempts: 0,
    startedAt: row.opened_at,
    finishedAt: null,
    output: null,
    error: null,
    skipped: null,
  };
}

/** They leave no rows of their own; the row of the cancel names them. */
function withdrawnSteps({ result, finished_at: finishedAt }: JournalRow): StepRecord[] {
  const { waits = [] } = JSON.parse(result ?? "{}") as Partial<CancelRecord>;
  return waits.map(({ key, kind, name, openedAt }) => ({
    key,
    name,
    kind,
    status: "cancelled",
    attempts: 0,
    startedAt: openedAt,
    finishedAt,
    output: null,
    error: null,
    skipped: null,
  }));
}
