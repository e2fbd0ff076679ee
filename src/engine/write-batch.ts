import { awaitsOffer } from "./attempt.ts";
import type { Finished } from "./journal-writer.ts";

/** Rows that share a transaction; more would make the run's own reader wait. */
const mostRowsAWrite = 200;

/**
 * How many of the outcomes share the next transaction. An event that a wait has taken stands at the head of one: what is
 * written before it is handed out first, and may decide the race that the wait is in, so that the event goes back.
 */
export function batchLength(finished: readonly Finished[], { isLeaving }: { isLeaving: boolean }): number {
  const end = finished.findIndex(
    (entry, index) => (!isLeaving && awaitsOffer(entry)) || (index > 0 && takesEvent(entry)),
  );
  return Math.min(mostRowsAWrite, end < 0 ? finished.length : end);
}

/** A run that leaves hands nothing out any more, so its waits keep their events for the next life. */
export function leaveEvents(finished: Finished[]): void {
  const all = finished.splice(0);
  for (const { call } of all.filter(takesEvent)) if (call) call.state = "started";
  finished.push(...all.filter((entry) => !takesEvent(entry)));
}

/** What was to be stored only if nothing had happened waits on: something has. */
export function reconsider(finished: Finished[]): void {
  const all = finished.splice(0);
  for (const { call } of all.filter(isGivenUp)) if (call) call.state = "started";
  finished.push(...all.filter((entry) => !isGivenUp(entry)));
}

function isGivenUp({ needsWake, call }: Finished): boolean {
  return needsWake === true && call?.work.type === "wait";
}

function takesEvent({ call, column }: Finished): boolean {
  return column !== undefined && call?.work.type === "wait" && call.work.spec.event !== undefined;
}
