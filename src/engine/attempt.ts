import type { EpochMs } from "../core/clock.ts";
import type { Failure } from "../core/error.ts";
import type { Skipped, Usage } from "../core/step.ts";
import type { EffectOutcome } from "../core/verb.ts";
import type { Payloads } from "../storage/payload.ts";
import type { Finished, StoredOutcome } from "./journal-writer.ts";
import type { JournalRow } from "./run-table.ts";
import type { Scope } from "./scope.ts";

/**
 * A successful attempt is told to its plan before it is stored. If the plan ends with it in the drain that follows, the
 * step's row is all that is stored; if not, the attempt's row is the next one written, so a replay hands it out at the
 * same place.
 */
export function awaitsOffer({ call, outcome }: Finished): boolean {
  if (!call?.attemptOf || call.isOffered || call.state === "withdrawn") return false;
  return outcome.status === "succeeded" || outcome.status === "skipped";
}

/** Its row, if it gets one, will have this time, as a replay is told. */
export function offer(entry: Finished, at: EpochMs): void {
  const { call, outcome } = entry;
  if (!call) return;
  call.isOffered = true;
  entry.at = at;
  const { text, ...rest } = outcome;
  call.resolve({ ...rest, ...(text === undefined ? {} : { result: JSON.parse(text) as unknown }) });
}

/** Takes the offered attempt of an ended scope out of what is to be written: the step's row stands for it. */
export function takeMerged(finished: Finished[], scope: Scope): StoredOutcome | undefined {
  const at = finished.findIndex(({ call }) => call?.isOffered === true && call.scope === scope);
  return at < 0 ? undefined : finished.splice(at, 1)[0]?.outcome;
}

/** What the plan gave, with the usage and writes of the attempt that it took; other attempts have their own rows. */
export function mergeOutcome(
  { usage: _usage, writes: _writes, ...own }: EffectOutcome,
  merged?: StoredOutcome,
): EffectOutcome {
  return {
    ...own,
    ...(merged?.usage ? { usage: merged.usage } : {}),
    ...(merged?.writes ? { writes: merged.writes } : {}),
  };
}

/** A stored attempt as the outcome that its plan was handed. */
export async function outcomeOfRow(row: JournalRow, payloads: Payloads): Promise<EffectOutcome> {
  const [result, failure] = await Promise.all([payloads.load(row.result), payloads.load(row.failure)]);
  return {
    status: row.status as EffectOutcome["status"],
    ...(result === undefined ? {} : { result }),
    ...(failure === undefined ? {} : { failure: failure as Failure }),
    ...(row.usage === null ? {} : { usage: JSON.parse(row.usage) as Usage }),
    ...(row.skipped === null ? {} : { skipped: JSON.parse(row.skipped) as Skipped }),
  };
}
