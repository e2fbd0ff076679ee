import { toFailure, type Failure } from "../../core/error.ts";
import type { RunId } from "../../core/id.ts";
import type { Statement } from "../../core/statement.ts";
import { findFlow, type RunControl } from "../engine.ts";
import type { RunControlPorts } from "../new-run.ts";
import { createRule, type Rule } from "./rule.ts";
import type { ScheduleStatements, ScheduleStore } from "./schedule-store.ts";
import type { ScheduleRow } from "./schedule-table.ts";
import { decideTurn, type MissedPolicy, type Span, type Turn } from "./turn.ts";

export interface FiringPorts extends Pick<RunControlPorts, "database" | "events" | "clock" | "payloads" | "flows"> {
  readonly scheduleStore: ScheduleStore;
  readonly control: Pick<RunControl, "startWith">;
  readonly schedules: ScheduleStatements;
}

type Outcome = "started" | "missed" | "skipped";

interface Told {
  readonly span: Span;
  readonly outcome: Outcome;
  readonly run?: RunId;
  readonly reason?: Failure;
}

/**
 * Takes one turn of a schedule that is due: its row moves on in the transaction that makes the run, so neither a crash
 * nor another process leaves out a due time or gives it two runs. Throws only where the database cannot be asked; the
 * turn is then still there to be taken.
 */
export async function takeTurn(ports: FiringPorts, row: ScheduleRow): Promise<void> {
  const due = row.next_at;
  if (due === null) return;
  const rule = ruleOf(row);
  if ("code" in rule) return giveUp(ports, row, rule);
  const turn = decideTurn(rule, { dueAt: due, now: ports.clock.now(), policy: row.missed as MissedPolicy });
  const missed = turn.missed ? [{ span: turn.missed, outcome: "missed" as const, reason: late }] : [];
  if (turn.fire === null) return pass(ports, row, turn, missed);
  const fired: Told = { span: one(turn.fire), outcome: "started" };
  const open = row.overlap === "skip" ? await openRun(ports, row) : null;
  if (open !== null) return pass(ports, row, turn, [...missed, { ...fired, outcome: "skipped", reason: open }]);
  try {
    await fire(ports, row, turn, missed);
  } catch (error) {
    const reason = toFailure(error, "flow.failed");
    // The database is away, not the flow: the due time is not lost by that.
    if (awayCodes.includes(reason.code)) throw error;
    await pass(ports, row, turn, [...missed, { ...fired, outcome: "missed", reason }]);
  }
}

const awayCodes: readonly string[] = ["storage.unavailable", "storage.locked", "storage.full"];
const late: Failure = { code: "schedule.late", message: "nothing worked on this folder when it was due" };
const one = (at: number): Span => ({ first: at, last: at, count: 1 });

/** What is wrong with a stored rule is wrong for good: a time zone or a pattern that this version does not know. */
export function ruleOf(row: ScheduleRow): Rule | Failure {
  try {
    return createRule({ cron: row.cron, every: row.every, timeZone: row.time_zone, anchorAt: row.anchor_at });
  } catch (error) {
    return toFailure(error, "internal.defect");
  }
}

async function fire(ports: FiringPorts, row: ScheduleRow, turn: Turn, missed: readonly Told[]): Promise<void> {
  const { control, schedules, payloads } = ports;
  const at = turn.fire ?? turn.reckoned;
  const flow = await findFlow(ports, row.flow, { file: row.file, folder: row.folder });
  const input = await payloads.load(row.input);
  await control.startWith({ flow, input, folder: row.folder, trigger: `schedule:${row.name}` }, (run) => [
    schedules.fire({ ...turnOf(row, turn), at, run }),
    ...tell(ports, row, [...missed, { span: one(at), outcome: "started", run }]),
  ]);
}

/** Moves on without a run. */
async function pass(ports: FiringPorts, row: ScheduleRow, turn: Turn, told: readonly Told[]): Promise<void> {
  await ports.database.write([ports.schedules.pass(turnOf(row, turn)), ...tell(ports, row, told)]);
}

async function giveUp(ports: FiringPorts, row: ScheduleRow, reason: Failure): Promise<void> {
  const due = row.next_at ?? 0;
  const turn: Turn = { missed: null, fire: null, next: null, reckoned: due };
  await pass(ports, row, turn, [{ span: one(due), outcome: "missed", reason }]);
}

function turnOf({ name, revision, next_at: due }: ScheduleRow, { next, reckoned }: Turn) {
  return { name, revision, due: due ?? 0, next, reckoned };
}

/** Why there is no place for another run; null where there is. */
async function openRun({ scheduleStore }: FiringPorts, { last_run: id }: ScheduleRow): Promise<Failure | null> {
  if (id === null) return null;
  const status = await scheduleStore.runStatus(id);
  if (status === null || ["succeeded", "failed", "cancelled"].includes(status)) return null;
  return { code: "schedule.overlap", message: `run ${id} was still ${status}` };
}

const longestReason = 1_000;

/** The rows and events of what became of due times. That a run was started is told by the run's own events. */
function tell({ clock, events, schedules }: FiringPorts, { name }: ScheduleRow, told: readonly Told[]): Statement[] {
  const at = clock.now();
  const rows = told.flatMap(({ span, outcome, run, reason }) => {
    const why = reason ? { code: reason.code, message: reason.message.slice(0, longestReason) } : null;
    const row = schedules.record({
      schedule: name,
      first_due_at: span.first,
      due_at: span.last,
      due_count: span.count,
      at,
      outcome,
      run_id: run ?? null,
      reason: why && JSON.stringify(why),
    });
    if (outcome === "started") return [row];
    const data = { schedule: name, firstDueAt: span.first, dueAt: span.last, count: span.count, reason: why };
    return [row, events.append({ type: `tutti.schedule.${outcome}`, subject: `schedule:${name}`, at, data })];
  });
  return [...rows, schedules.prune({ name })];
}
