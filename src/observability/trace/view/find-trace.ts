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
  const isTrace = /^[\da-f]{32}$/i.test(id);
  if (!isTrace && !id.startsWith("run_")) {
    throw new TuttiError("usage.invalid", `"${id}" is neither the id of a trace nor of a run`, {
      hint: "A trace's id has 32 hex digits: tutti trace list",
    });
  }
  const direct = await read(store, isTrace ? id.toLowerCase() : traceIdOf(id));
  const found = direct ?? (isTrace ? null : await traceAround(store, id));
  if (found !== null) return found;
  throw new TuttiError("trace.missing", `there is no trace of ${id}`, {
    hint: "It was never told, or its spans were removed: by age, for room, or by traces.sample. See tutti trace list.",
  });
}

async function read(store: TraceStore, traceId: string): Promise<FoundTrace | null> {
  const spans = await store.trace(traceId);
  return spans.length === 0 ? null : { traceId, spans };
}

/** A run that another program or another run has begun is in the trace of that one. */
async function traceAround(store: TraceStore, run: string): Promise<FoundTrace | null> {
  const [summary] = await store.traces({ query: `${own.run}:${JSON.stringify(run)}`, limit: 1 });
  return summary === undefined ? null : read(store, summary.traceId);
}
