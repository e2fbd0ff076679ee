import type { SpanOutline, SpanRecord } from "../record.ts";
import { shownAttributes, traceDetail } from "../trace/view/trace-detail.ts";
import { ByteReader } from "./bytes.ts";
import { createOutliner } from "./outline-code.ts";
import { readSpan } from "./span-code.ts";
import type { Tables } from "./tables.ts";
import type { FoundSpan } from "./telemetry-store.ts";
import { findTrace, type TraceRow } from "./trace-row.ts";

const spanIdDigits = 16;

/** A trace as its waterfall needs it, written down. */
export function readTraceText(tables: Tables, traceId: string): string | null {
  const row = findTrace(tables.sqlite, traceId);
  if (row === undefined || row.stored === 0) return null;
  const outlines = outlinesOf(tables, row).toSorted(
    (left, right) => left.start - right.start || right.durationUs - left.durationUs,
  );
  return JSON.stringify(traceDetail(traceId, outlines));
}

// As one value there may be no more than a billion bytes, and a span may have a quarter of a million.
const spansAtOnce = 1_000;

interface Slice {
  readonly bytes: Uint8Array;
  readonly last: Uint8Array | null;
}

function outlinesOf(tables: Tables, { id, base_us }: TraceRow): SpanOutline[] {
  const outline = createOutliner(shownAttributes, tables);
  const outlines: SpanOutline[] = [];
  for (let after: Uint8Array | null = Buffer.alloc(0); after !== null;) {
    // Many as one value: a row for each takes five times as long. A span's bytes say themselves where they end.
    const slice: Slice | undefined = tables.sqlite.first<Slice>(
      `select cast(ifnull(group_concat(span || body, ''), '') as blob) as bytes, max(span) as last
       from (select span, body from spans where trace = ? and span > ? order by span limit ?)`,
      id,
      after,
      spansAtOnce,
    );
    if (slice === undefined) break;
    const bytes = new ByteReader(slice.bytes);
    while (!bytes.isAtEnd) outlines.push(outline(bytes, { spanId: bytes.hex(spanIdDigits), base: base_us }));
    after = slice.last;
  }
  return outlines;
}

/** The span whose id begins so, where only one does; null where nothing is there of the trace. */
export function readSpanOf(tables: Tables, traceId: string, digits: string): FoundSpan | null {
  const row = findTrace(tables.sqlite, traceId);
  if (row === undefined || row.stored === 0) return null;
  if (!/^[\da-f]{1,16}$/.test(digits)) return { span: null, fitting: 0 };
  const found = tables.sqlite.all<{ span: string; body: Uint8Array }>(
    "select lower(hex(span)) as span, body from spans where trace = ? and span between unhex(?) and unhex(?)",
    row.id,
    digits.padEnd(spanIdDigits, "0"),
    digits.padEnd(spanIdDigits, "f"),
  );
  const [first] = found;
  return { span: first && found.length === 1 ? toSpan(tables, row, first) : null, fitting: found.length };
}

function toSpan(
  tables: Tables,
  { trace_id, base_us }: TraceRow,
  { span, body }: { readonly span: string; readonly body: Uint8Array },
): SpanRecord {
  return readSpan(body, { traceId: Buffer.from(trace_id).toString("hex"), spanId: span, base: base_us }, tables);
}
