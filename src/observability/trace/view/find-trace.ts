import { TuttiError } from "../../../core/error.ts";
import { traceIdOf } from "../../../core/trace.ts";
import { own } from "../semantic.ts";
import type { TelemetryStore } from "../../store/telemetry-store.ts";

interface Wanted<Found> {
  /** Of a trace, or of a run that it is of. */
  readonly id: string;
  /** Null where there is nothing of that trace. */
  readonly read: (traceId: string) => Promise<Found | null>;
}

/** What is read of a trace, wherever it is found; `trace.missing` where there is none. */
export async function findTrace<Found>(
  store: Pick<TelemetryStore, "traces" | "flush">,
  { id, read }: Wanted<Found>,
): Promise<{ readonly traceId: string; readonly found: Found }> {
  // What this process has just done is part of the answer.
  await store.flush();
  for await (const traceId of placesOf(store, id)) {
    const found = await read(traceId);
    if (found !== null) return { traceId, found };
  }
  throw new TuttiError("trace.missing", `there is no trace of ${id}`, {
    hint: "It was never told, or its spans were removed: by age, for room, or by traces.sample. See tutti trace list.",
  });
}

async function* placesOf(store: Pick<TelemetryStore, "traces">, id: string): AsyncGenerator<string> {
  const isTrace = /^[\da-f]{32}$/i.test(id);
  if (!isTrace && !id.startsWith("run_")) {
    throw new TuttiError("usage.invalid", `"${id}" is neither the id of a trace nor of a run`, {
      hint: "A trace's id has 32 hex digits: tutti trace list",
    });
  }
  yield isTrace ? id.toLowerCase() : traceIdOf(id);
  if (isTrace) return;
  // A run that another program or another run has begun is in the trace of that one.
  const [around] = await store.traces({ query: `${own.run}:${JSON.stringify(id)}`, limit: 1 });
  if (around !== undefined) yield around.traceId;
}
