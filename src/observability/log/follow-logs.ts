import type { Clock } from "../../core/clock.ts";
import type { LogFilter, StoredLog, TelemetryStore } from "../store/telemetry-store.ts";
import { toLogLine, type LogLine } from "./log-line.ts";

export interface Followed {
  readonly after: number | undefined;
  readonly filter: Pick<LogFilter, "query" | "level">;
}

interface FollowPorts {
  readonly store: Pick<TelemetryStore, "logs" | "flush">;
  readonly clock: Clock;
}

// Seen soon enough by who reads along, and next to nothing for a store that has nothing new.
const lookAgainMs = 500;
const batch = 200;

/** Follows the kept lines until the caller leaves; gives the number that it came to. */
export async function* followLogs(
  { store, clock }: FollowPorts,
  { after, filter }: Followed,
  signal: AbortSignal,
): AsyncGenerator<LogLine, { latest: number }> {
  let position = after ?? (await newest(store));
  while (!signal.aborted) {
    // What this process has told is stored first, so that nobody waits for the next batch.
    await store.flush();
    // Before the question, so that nothing which comes meanwhile is passed over.
    const end = await newest(store);
    const found = end > position ? await store.logs({ ...filter, after: position, limit: batch }) : [];
    for (const log of found.toSorted(oldestFirst)) {
      position = log.seq;
      yield toLogLine(log);
    }
    if (found.length === batch) continue;
    position = Math.max(position, end);
    await pause(clock, signal);
  }
  return { latest: position };
}

async function newest(store: FollowPorts["store"]): Promise<number> {
  const [last] = await store.logs({ limit: 1 });
  return last?.seq ?? 0;
}

function oldestFirst(a: StoredLog, b: StoredLog): number {
  return a.seq - b.seq;
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const withdraw = clock.after(lookAgainMs, wake);
  signal.addEventListener("abort", wake);
  if (signal.aborted) wake();
  return promise.finally(() => {
    withdraw();
    signal.removeEventListener("abort", wake);
  });
}
