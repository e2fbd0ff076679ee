import type { SpanRecord } from "../record.ts";
import { keeping, ownerOfTrace } from "./large.ts";
import { readSpan, writeSpan } from "./span-code.ts";
import { readSpans } from "./span-reader.ts";
import type { Tables } from "./tables.ts";
import { countSpan, findOrAddTrace, recountSpan, updateTrace, type TraceRow } from "./trace-row.ts";

/** Numbers of documents in the search index: those of a trace stand together, those of a later trace behind them. */
export const partsOfTrace = 1_024;

/** Stores spans of any traces; within the caller's transaction. `at`: when they came, epoch milliseconds. */
export function writeSpans(tables: Tables, spans: readonly SpanRecord[], at: number): void {
  for (const [first, ...others] of Map.groupBy(spans, ({ traceId }) => traceId).values()) {
    if (first !== undefined) writePart(tables, [first, ...others], at);
  }
}

function writePart(tables: Tables, spans: readonly [SpanRecord, ...SpanRecord[]], at: number): void {
  const { sqlite } = tables;
  const row = findOrAddTrace(sqlite, spans[0]);
  const terms = new Set<string>();
  const changed = spans.filter((span) => writeSpanRow(tables, row, span));
  if (changed.length === 0) return;
  for (const span of changed) tables.terms.ofSpan(span, terms);
  addTerms(tables, row, terms);
  sqlite.run(
    "insert into arrivals (at, trace, spans) values (?, ?, ?)",
    at,
    row.id,
    Buffer.from(changed.map(({ spanId }) => spanId).join(""), "hex"),
  );
  updateTrace(sqlite, row);
}

/** False where the very same span is there already, as of a sender that was not sure. */
function writeSpanRow(tables: Tables, row: TraceRow, span: SpanRecord): boolean {
  const { sqlite, large, texts } = tables;
  const used: number[] = [];
  const id = Buffer.from(span.spanId, "hex");
  const body = writeSpan(span, row.base_us, { texts, keep: keeping(large, used) });
  large.use(ownerOfTrace(row.id), used);
  const added = sqlite.run(
    "insert into spans (trace, span, body) values (?, ?, ?) on conflict do nothing",
    row.id,
    id,
    body,
  );
  if (added > 0) {
    countSpan(row, span);
    return true;
  }
  const before = sqlite.first<{ body: Uint8Array }>("select body from spans where trace = ? and span = ?", row.id, id);
  if (before === undefined || Buffer.compare(before.body, body) === 0) return false;
  const place = { traceId: span.traceId, spanId: span.spanId, base: row.base_us };
  recountSpan(row, readSpan(before.body, place, tables), span);
  sqlite.run("update spans set body = ? where trace = ? and span = ?", body, row.id, id);
  return true;
}

/** A trace that is written in very many parts gets one document for all that is there, and begins to count anew. */
function addTerms(tables: Tables, row: TraceRow, terms: Set<string>): void {
  if (row.parts >= partsOfTrace) {
    for (const span of readSpans(tables, row)) tables.terms.ofSpan(span, terms);
    removeTerms(tables, row);
  }
  tables.sqlite.run(
    "insert into trace_terms (rowid, terms) values (?, ?)",
    row.id * partsOfTrace + row.parts,
    [...terms].join(" "),
  );
  row.parts += 1;
}

export function removeTerms({ sqlite }: Tables, row: TraceRow): void {
  for (let part = 0; part < row.parts; part++) {
    sqlite.run("delete from trace_terms where rowid = cast(? as integer)", row.id * partsOfTrace + part);
  }
  row.parts = 0;
}
