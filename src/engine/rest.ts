import type { HeldRun } from "./held-run.ts";
import { freezeOutcome } from "./journal-writer.ts";
import { addressOf } from "./opening.ts";
import type { VerbCall } from "./scope.ts";

/** Collects what time has ended: due waits, the run's deadline, the grace of a cancel. True if there was any. */
export function collectDue(execution: HeldRun): boolean {
  const { cancellation, finished, ports, run } = execution;
  const now = ports.clock.now();
  const known = finished.length;
  const due = openCallsOf(execution).filter((call) => call.isWaiting && call.dueAt !== null && call.dueAt <= now);
  due.sort((left, right) => (left.dueAt ?? 0) - (right.dueAt ?? 0));
  for (const call of due) endWait(execution, call);
  if (run.deadline_at !== null && run.deadline_at <= now) cancellation.ask(null, "deadline");
  if (cancellation.graceAt <= now) cancellation.endGrace();
  return finished.length > known;
}

function endWait(execution: HeldRun, call: VerbCall): void {
  call.state = "finished";
  if (call.work.type !== "wait") return;
  const { spec } = call.work;
  const { whenDue = { status: "succeeded", result: null } } = spec;
  execution.finished.push({
    call,
    outcome: freezeOutcome(whenDue, call.key),
    needsWake: call.kind !== "sleep",
    before: execution.ports.waits.get(call.kind)?.withdrawn(addressOf(execution, call)) ?? [],
  });
}

/** What a body that cannot go on waits for. */
export interface Rest {
  readonly isQuiet: boolean;
  /** Only waits are open: nothing of this process is needed until the next wake. */
  readonly onlyWaits: boolean;
  /** When it wakes by itself, epoch milliseconds. */
  readonly next: number | null;
}

export function restOf(execution: HeldRun): Rest {
  const { cancellation, ports, run } = execution;
  const open = openCallsOf(execution);
  const times = open.flatMap((call) => (call.dueAt === null ? [] : [call.dueAt]));
  if (run.deadline_at !== null && !cancellation.isAsked) times.push(run.deadline_at);
  const { graceAt } = cancellation;
  if (graceAt < Number.POSITIVE_INFINITY && graceAt > ports.clock.now()) times.push(graceAt);
  return {
    isQuiet: open.length === 0,
    onlyWaits: open.every((call) => call.work.type === "wait"),
    next: times.length > 0 ? Math.min(...times) : null,
  };
}

function openCallsOf({ calls }: HeldRun): VerbCall[] {
  return [...calls.values()].filter((call) => call.work.type !== "scope" && call.state === "started");
}
