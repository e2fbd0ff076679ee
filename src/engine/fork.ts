import { TuttiError } from "../core/error.ts";
import { newRunId, type RunId } from "../core/id.ts";
import { conflict, createdEvent, emptyRun, type RunControlPorts, type Write } from "./new-run.ts";
import type { JournalRow, RunRow } from "./run-table.ts";

/** A new run that keeps the rows before a step, at most up to a cancel; what comes later is a cache by key and input. */
export async function forkRun(ports: RunControlPorts, id: string, from: string, write: Write): Promise<RunId> {
  const origin = await ports.store.run(id);
  const rows = await ports.store.rows(id);
  const at = rows.findIndex(({ key }) => isWithin(key, from));
  if (at < 0) {
    throw new TuttiError("usage.invalid", `run ${id} has no finished step "${from}"`, {
      hint: `It has: ${rows.map((row) => row.key).join(", ") || "none"}.`,
    });
  }
  const cancelled = rows.findIndex((row) => row.kind === "cancel");
  const kept = rows.slice(0, cancelled < 0 ? at : Math.min(at, cancelled));
  return copyRun(ports, { origin, kept, from, by: "fork" }, write);
}

/**
 * A new run of a failed or cancelled one. It keeps everything before the step whose failure ended the run (a failure
 * that the body has caught is kept), or before the cancel; all rows where the body itself threw: its code may be mended.
 */
export async function retryRun(ports: RunControlPorts, id: string, write: Write): Promise<RunId> {
  const origin = await ports.store.run(id);
  if (origin.status !== "failed" && origin.status !== "cancelled") throw conflict(origin, "be retried");
  const rows = await ports.store.rows(id);
  const cause = causeOf(rows, origin);
  if (!cause) return copyRun(ports, { origin, kept: rows, from: "", by: "retry" }, write);
  const from = cause.kind === "cancel" ? "" : cause.key;
  return copyRun(ports, { origin, kept: rows.slice(0, rows.indexOf(cause)), from, by: "retry" }, write);
}

/** The row that ended the run: of a step in an agent, the step in it that failed, so that the turns before it are kept. */
function causeOf(rows: readonly JournalRow[], { failure }: RunRow): JournalRow | undefined {
  // What comes after a cancel was done because of it.
  const cancel = rows.find((row) => row.kind === "cancel");
  if (cancel) return cancel;
  const isCause = (row: JournalRow): boolean => row.failure !== null && row.failure === failure;
  const last = rows.findLast(isCause);
  return rows.find((row) => last && isCause(row) && isWithin(row.key, last.key));
}

/** Where a run was forked: its origin, the last row that was kept, and the step that is done anew. */
export interface ForkPlace {
  readonly origin: string;
  readonly seq: number;
  readonly from: string;
}

export function parseForkPlace(text: string): ForkPlace {
  const [, origin = "", seq = "0", from = ""] = /^([^@]*)@(\d+)(?: (.*))?$/s.exec(text) ?? [];
  return { origin, seq: Number(seq), from };
}

/** A step's own key, the key of something inside of it, or of an item of a map. */
export function isWithin(key: string, step: string): boolean {
  return key === step || (step !== "" && (key.startsWith(`${step}/`) || key.startsWith(`${step}[`)));
}

interface Copy {
  readonly origin: RunRow;
  readonly kept: readonly JournalRow[];
  readonly from: string;
  readonly by: "fork" | "retry";
}

async function copyRun(ports: RunControlPorts, { origin, kept, from, by }: Copy, write: Write): Promise<RunId> {
  const id = newRunId(ports.random, ports.clock.now());
  const lastSeq = kept.at(-1)?.seq ?? 0;
  const row: RunRow = {
    ...origin,
    ...emptyRun,
    id,
    // The origin's time is what `step.now()` gives before the first row.
    created_at: origin.created_at,
    seq: lastSeq,
    forked_from: `${origin.id}@${lastSeq} ${from}`,
    deadline_at: null,
    parent_run: null,
    parent_key: null,
    trigger: `${by}:${origin.id}`,
    trace: null,
  };
  const copies = kept.map((stored) => ports.statements.insertRow({ ...stored, run_id: id }));
  const batch = [ports.statements.holdOrigin({ id: origin.id }), ports.statements.insertRun(row), ...copies];
  // It may have been pruned since it was read.
  if (!(await write([...batch, createdEvent(ports, row)]))) await ports.store.run(origin.id);
  return id;
}
