import type { RunRecord } from "../core/step.ts";
import type { Connection } from "../sdk/connection.ts";
import { isLostHost, openAndCall } from "./first-call.ts";
import type { Invocation } from "./invocation.ts";

const settledStates = ["paused", "succeeded", "failed", "cancelled"];
// A host gives steps its grace; storing the end takes a little on top.
const afterGraceMs = 1_000;

/**
 * Waits until a run that was told to end, or to pause, has done so. Where no host works on it this process does, on it
 * alone; where one does, no longer than steps may take to end. Gives the run as it is then.
 */
export async function seeThrough(told: RunRecord, first: Connection, invocation: Invocation): Promise<RunRecord> {
  if (settledStates.includes(told.status)) return told;
  try {
    return await settle(told.id, first, invocation);
  } catch (error) {
    if (!isLostHost(error) || invocation.interrupt.signal.aborted) throw error;
  }
  // The host has ended in between, so the run is nobody's: it is done here.
  const opened = await openAndCall(
    () => invocation.open({ takeRuns: false, mayTakeUp: true, write: true }),
    (connection) => settle(told.id, connection, invocation),
    { idempotent: true },
  );
  await opened?.connection[Symbol.asyncDispose]();
  return opened?.result ?? told;
}

async function settle(id: string, connection: Connection, { interrupt }: Invocation): Promise<RunRecord> {
  const { client, graceMs } = connection;
  const isOurs = await connection.takeUp(id);
  const bound = AbortSignal.timeout(graceMs + afterGraceMs);
  const signal = isOurs ? interrupt.signal : AbortSignal.any([interrupt.signal, bound]);
  try {
    return (await client.call("run.watch", { id }, { signal })) as RunRecord;
  } catch (error) {
    if (!signal.aborted) throw error;
    return (await client.call("run.get", { id })) as RunRecord;
  }
}
