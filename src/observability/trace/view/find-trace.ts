import { TuttiError } from "../../../core/error.ts";
import { traceIdOf } from "../../../core/trace.ts";
import type { SpanRecord } from "../../record.ts";
import { own } from "../semantic.ts";
import type { TelemetryStore } from "../../store/telemetry-store.ts";

export interface FoundTrace {
  readonly traceId: string;
  readonly spans: readonly SpanRecord[];
}

type TraceStore = Pick<TelemetryStore, "trace" | "traces" | "flush">;

/** The spans of a trace, by its id or by that of a run that it is of; `trace.missing` where there are none. */
export async function findTrace(store: TraceStore, id: string): Promise<FoundTrace> {
  // What this process has just done is part of the answer.
  await store.flush();
  const traceId = await traceIdFor(store, id.trim());
  const spans = await store.trace(traceId);
  if (spans.length > 0) return { traceId, spans };
  throw missing(id, "It was never told, or was removed by its age.");
}

async function traceIdFor(store: TraceStore, id: string): Promise<string> {
  if (/^[\da-f]{32}$/i.test(id)) return id.toLowerCase();
  if (!id.startsWith("run_")) {
    throw new TuttiError("usage.invalid", `"${id}" is neither the id of a trace nor of a run`, {
      hint: "A trace's id has 32 hex digits: tutti trace list",
    });
  }
  const traceId = traceIdOf(id);
  if ((await store.trace(traceId)).length > 0) return traceId;
  // A run that another program or another run has begun is in the trace of that one.
  const [found] = await store.traces({ query: `${own.run}:${JSON.stringify(id)}`, limit: 1 });
  if (found) return found.traceId;
  throw missing(id, "Without traces.enabled nothing is told; spans are kept for as long as traces.keep says.");
}

function missing(id: string, why: string): TuttiError {
  return new TuttiError("trace.missing", `there is no trace of ${id}`, {
    hint: `${why} Those that are there: tutti trace list`,
  });
}
