import type { SpanRecord } from "../record.ts";
import { readSpan } from "./span-code.ts";
import type { Tables } from "./tables.ts";
import { findTrace, type TraceRow } from "./trace-row.ts";
import { toTraceText } from "./trace-text.ts";

/** All spans of a trace, by their start, as a text that a thread hands over faster than it does ten thousand objects. */
export function readTrace(tables: Tables, traceId: string): string {
  const row = findTrace(tables.sqlite, traceId);
  return toTraceText(row === undefined ? [] : readSpans(tables, row));
}

export function readSpans(tables: Tables, { id, trace_id, base_us }: TraceRow): SpanRecord[] {
  const traceId = Buffer.from(trace_id).toString("hex");
  // The ids as texts: an array of bytes for each takes longer to make than all else here.
  return tables.sqlite
    .all<{ span: string; body: Uint8Array }>("select lower(hex(span)) as span, body from spans where trace = ?", id)
    .map(({ span, body }) => readSpan(body, { traceId, spanId: span, base: base_us }, tables))
    .toSorted((left, right) => left.start - right.start || right.durationUs - left.durationUs);
}

interface Arrival {
  readonly seq: number;
  readonly trace: number;
  readonly trace_id: Uint8Array;
  readonly base_us: number;
  readonly spans: Uint8Array;
}

const spanIdBytes = 8;
// More spans than come in one batch, so that a cursor can stand between two of them.
const cursorSpace = 4_096;

/** Spans in the order of their coming. What is gone meanwhile is left out. */
export function followSpans(tables: Tables, after: number, limit: number): { records: SpanRecord[]; cursor: number } {
  const [seq, taken] = [Math.floor(after / cursorSpace), after % cursorSpace];
  const arrivals = tables.sqlite.all<Arrival>(
    `select seq, trace, trace_id, base_us, arrivals.spans from arrivals join traces on traces.id = trace
     where seq >= ? order by seq limit ?`,
    seq,
    limit + 1,
  );
  const records: SpanRecord[] = [];
  let cursor = after;
  for (const arrival of arrivals) {
    const skipped = arrival.seq === seq ? taken : 0;
    const count = Math.min(arrival.spans.byteLength / spanIdBytes, skipped + limit - records.length);
    if (count <= skipped) continue;
    for (let at = skipped; at < count; at++) records.push(...readArrived(tables, arrival, at));
    cursor = arrival.seq * cursorSpace + count;
    if (records.length >= limit) break;
  }
  return { records, cursor };
}

function readArrived(tables: Tables, { trace, trace_id, base_us, spans }: Arrival, at: number): SpanRecord[] {
  const span = Buffer.from(spans.subarray(at * spanIdBytes, (at + 1) * spanIdBytes));
  const row = tables.sqlite.first<{ body: Uint8Array }>(
    "select body from spans where trace = ? and span = ?",
    trace,
    span,
  );
  if (row === undefined) return [];
  const place = { traceId: Buffer.from(trace_id).toString("hex"), spanId: span.toString("hex"), base: base_us };
  return [readSpan(row.body, place, tables)];
}
