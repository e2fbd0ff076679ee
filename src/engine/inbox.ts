import type { HeldRun } from "./held-run.ts";
import type { VerbCall } from "./scope.ts";
import type { OpeningRow } from "./run-table.ts";

export type News = "lost" | "pause" | null;

/** Reads what the database has to say to a held run: waits that were settled, requests to cancel or pause, its loss. */
export async function readInbox(held: HeldRun): Promise<News> {
  const { store } = held.ports;
  const run = await store.run(held.run.id);
  if (run.owner !== held.run.owner || run.epoch !== held.run.epoch) return "lost";
  held.writer.wake = run.wake;
  if (run.cancel_at !== null) held.cancellation.ask(run.cancel_reason, "cancel");
  const settled = (await store.openings(run.id)).filter((opening) => opening.settled_at !== null);
  settled.sort((left, right) => (left.settled_at ?? 0) - (right.settled_at ?? 0) || left.id - right.id);
  for (const opening of settled) takeSettled(held, opening);
  return run.pause_at === null ? null : "pause";
}

function takeSettled(held: HeldRun, opening: OpeningRow): void {
  const call = held.calls.get(opening.key);
  if (!call?.isWaiting || goesBack(held, call)) return;
  call.state = "finished";
  const column = { result: opening.result, failure: opening.failure };
  const status = opening.status === "succeeded" ? "succeeded" : "failed";
  held.finished.push({ call, outcome: { status, text: undefined }, column });
}

/** An event that came together with a cancel is nobody's yet: the cancel gives the wait up, and the event to the next. */
function goesBack({ cancellation }: HeldRun, { work, scope }: VerbCall): boolean {
  return cancellation.isAsked && work.type === "wait" && work.spec.event !== undefined && !scope.isCleanup;
}
