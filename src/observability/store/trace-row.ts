import type { SyncSqlite } from "../../storage/sqlite-sync.ts";
import type { RecordAttributes, SpanRecord } from "../record.ts";
import type { TraceSummary } from "./telemetry-store.ts";

/** The row of a trace: what lists show of it, kept up with each span so that no list has to look at spans. */
export interface TraceRow {
  id: number;
  trace_id: Uint8Array;
  /** Spans count their time from here, also where an earlier one comes later. */
  base_us: number;
  started_us: number;
  ended_us: number;
  name: string;
  service: string;
  /** 0: the first span has not come; 1: it has; 2: a run has ended that a caller elsewhere began, whose span may never come. */
  has_root: number;
  /** Spans that have come; `stored` of them are there. */
  spans: number;
  stored: number;
  errors: number;
  input_tokens: number | null;
  output_tokens: number | null;
  models: string;
  run: string | null;
  /** How many documents of the search index are of it. */
  parts: number;
  /** 0: not looked at by the sampling yet, 1: stays, 2: only this row has stayed. */
  sampled: number;
}

// Of the names that models of one trace may have, a list shows the first few.
const mostModels = 8;

export function findTrace(sqlite: SyncSqlite, traceId: string): TraceRow | undefined {
  return sqlite.first<TraceRow>("select * from traces where trace_id = ?", Buffer.from(traceId, "hex"));
}

export function findOrAddTrace(sqlite: SyncSqlite, { traceId, start, name, service }: SpanRecord): TraceRow {
  const found = findTrace(sqlite, traceId);
  if (found !== undefined) return found;
  const [row] = sqlite.all<TraceRow>(
    `insert into traces (trace_id, base_us, started_us, ended_us, name, service, has_root, spans, stored, errors, models, parts)
     values (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, '', 0) returning *`,
    Buffer.from(traceId, "hex"),
    start,
    start,
    start,
    name,
    service,
  );
  if (row === undefined) throw new Error(`the trace ${traceId} was not written`);
  return row;
}

export function updateTrace(sqlite: SyncSqlite, row: TraceRow): void {
  sqlite.run(
    `update traces set started_us = ?, ended_us = ?, name = ?, service = ?, has_root = ?, spans = ?, stored = ?, errors = ?,
       input_tokens = ?, output_tokens = ?, models = ?, run = ?, parts = ?, sampled = ? where id = ?`,
    row.started_us,
    row.ended_us,
    row.name,
    row.service,
    row.has_root,
    row.spans,
    row.stored,
    row.errors,
    row.input_tokens,
    row.output_tokens,
    row.models,
    row.run,
    row.parts,
    row.sampled,
    row.id,
  );
}

/** Tells the row of a span that is new. */
export function countSpan(row: TraceRow, span: SpanRecord): void {
  row.spans += 1;
  row.stored += 1;
  tally(row, span, 1);
  describe(row, span);
}

/** A span that had been told before, as a step that was tried again: the later word stands. */
export function recountSpan(row: TraceRow, before: SpanRecord, span: SpanRecord): void {
  tally(row, before, -1);
  tally(row, span, 1);
  describe(row, span);
}

function tally(row: TraceRow, { status, attributes }: SpanRecord, sign: 1 | -1): void {
  if (status === "error") row.errors += sign;
  if (isSum(attributes)) return;
  row.input_tokens = plus(row.input_tokens, attributes["gen_ai.usage.input_tokens"], sign);
  row.output_tokens = plus(row.output_tokens, attributes["gen_ai.usage.output_tokens"], sign);
}

/** An agent's span says what its model calls have used together; they have said it themselves. */
function isSum(attributes: RecordAttributes): boolean {
  const operation = attributes["gen_ai.operation.name"];
  return operation === "invoke_agent" || operation === "invoke_workflow";
}

function plus(before: number | null, tokens: unknown, sign: 1 | -1): number | null {
  return typeof tokens === "number" && Number.isFinite(tokens) ? (before ?? 0) + sign * tokens : before;
}

function describe(row: TraceRow, span: SpanRecord): void {
  const isRoot = span.parentId === null;
  const isOutermost = row.has_root === 0 && isOuterRun(span.attributes);
  const isEarliest = row.has_root === 0 && span.start <= row.started_us;
  if (isRoot || isOutermost || isEarliest) {
    row.name = span.name;
    row.service = span.service;
  }
  if (isRoot) row.has_root = 1;
  else if (isOutermost) row.has_root = 2;
  row.started_us = Math.min(row.started_us, span.start);
  row.ended_us = Math.max(row.ended_us, span.start + span.durationUs);
  const { "gen_ai.request.model": model, "tutti.run.id": run } = span.attributes;
  if (typeof model === "string") row.models = withModel(row.models, model);
  if (typeof run === "string" && (isRoot || row.run === null)) row.run = run;
}

/** A run that no other run waits for: with it ends what is told here of the trace of a caller elsewhere. */
function isOuterRun(attributes: RecordAttributes): boolean {
  return (
    attributes["gen_ai.operation.name"] === "invoke_workflow" &&
    typeof attributes["tutti.run.id"] === "string" &&
    attributes["tutti.run.parent"] === undefined
  );
}

function withModel(models: string, model: string): string {
  const all = models === "" ? [] : models.split("\n");
  return all.includes(model) || all.length >= mostModels ? models : [...all, model].join("\n");
}

export function toSummary(row: TraceRow): TraceSummary {
  return {
    traceId: Buffer.from(row.trace_id).toString("hex"),
    name: row.name,
    service: row.service,
    startedAt: Math.floor(row.started_us / 1_000),
    durationMs: (row.ended_us - row.started_us) / 1_000,
    spans: row.spans,
    errors: row.errors,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    models: row.models === "" ? [] : row.models.split("\n"),
    run: row.run,
    isComplete: row.has_root !== 0,
  };
}
