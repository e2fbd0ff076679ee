import type { LogLevel } from "../../core/log.ts";
import type { LogRecord } from "../record.ts";
import {
  readAttributes,
  readName,
  writeAttributes,
  writeName,
  type ReadTables,
  type WriteTables,
} from "./attribute-code.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { keeping, ownerOfLog } from "./large.ts";
import { readOrigin, writeOrigin } from "./origin-code.ts";
import type { Tables } from "./tables.ts";
import type { StoredLog } from "./telemetry-store.ts";

// Stored: in the order of their weight.
export const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

const flags = { trace: 1, span: 2, run: 4 } as const;

const bytes = new ByteWriter();

/** Stores log records; within the caller's transaction. */
export function writeLogs(tables: Tables, records: readonly LogRecord[]): void {
  for (const record of records) writeLog(tables, record);
}

function writeLog({ sqlite, terms, texts, large }: Tables, record: LogRecord): void {
  const used: number[] = [];
  const body = writeBody(record, { texts, keep: keeping(large, used) });
  const [row] = sqlite.all<{ seq: number }>(
    "insert into logs (at_us, level, body) values (?, ?, ?) returning seq",
    record.at,
    logLevels.indexOf(record.level),
    body,
  );
  const seq = row?.seq ?? 0;
  large.use(ownerOfLog(seq), used);
  sqlite.run("insert into log_terms (rowid, terms) values (?, ?)", seq, terms.ofLog(record).join(" "));
}

function writeBody(record: LogRecord, tables: WriteTables): Uint8Array {
  const { traceId, spanId, run, message } = record;
  bytes.byte(
    (traceId === null ? 0 : flags.trace) + (spanId === null ? 0 : flags.span) + (run === null ? 0 : flags.run),
  );
  if (traceId !== null) bytes.hex(traceId);
  if (spanId !== null) bytes.hex(spanId);
  if (run !== null) bytes.text(run);
  writeName(bytes, record.event, tables.texts);
  writeOrigin(bytes, record, tables.texts);
  writeLine(message, tables);
  writeAttributes(bytes, record.attributes, tables);
  return bytes.take();
}

// A message of this length is a document, and the same one may come again.
const mostInRow = 4_096;

function writeLine(message: string, { keep }: WriteTables): void {
  const large = message.length > mostInRow ? keep(message) : 0;
  bytes.whole(large);
  if (large === 0) bytes.text(message);
}

/** A row of table `logs`. */
export interface LogRow {
  readonly seq: number;
  readonly at_us: number;
  readonly level: number;
  readonly body: Uint8Array;
}

export function toLog({ seq, at_us, level, body }: LogRow, tables: ReadTables): StoredLog {
  const reader = new ByteReader(body);
  const flag = reader.byte();
  const traceId = flag & flags.trace ? reader.hex(32) : null;
  const spanId = flag & flags.span ? reader.hex(16) : null;
  const run = flag & flags.run ? reader.text() : null;
  const event = readName(reader, tables.texts);
  const origin = readOrigin(reader, tables);
  const large = reader.whole();
  const message = large === 0 ? reader.text() : tables.textOfLarge(large);
  const attributes = readAttributes(reader, tables);
  return {
    seq,
    at: at_us,
    level: logLevels[level] ?? "info",
    event,
    message,
    traceId,
    spanId,
    run,
    attributes,
    ...origin,
  };
}
