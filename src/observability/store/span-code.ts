import type { Origin, SpanKind, SpanRecord, SpanStatus } from "../record.ts";
import {
  readAttributes,
  readName,
  writeAttributes,
  writeName,
  type ReadTables,
  type WriteTables,
} from "./attribute-code.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { readOrigin, writeOrigin } from "./origin-code.ts";

// Stored: new ones go to the end.
const kinds: readonly SpanKind[] = ["internal", "server", "client", "producer", "consumer"];
const statuses: readonly SpanStatus[] = ["unset", "ok", "error"];

const kindSpace = 8;
const statusSpace = 4;
const flags = { parent: 1, statusText: 2, more: 4 } as const;

/** A link: the id of a trace and that of a span. */
export const linkBytes = 24;

const bytes = new ByteWriter();

/** The bytes of a span without what its row's key says; its start counts from `base`. */
export function writeSpan(span: SpanRecord, base: number, tables: WriteTables): Uint8Array {
  const { parentId, statusText, events, links } = span;
  const hasMore = events.length + links.length > 0;
  const flag =
    (parentId === null ? 0 : flags.parent) + (statusText === null ? 0 : flags.statusText) + (hasMore ? flags.more : 0);
  bytes.byte(kinds.indexOf(span.kind) + kindSpace * (statuses.indexOf(span.status) + statusSpace * flag));
  if (parentId !== null) bytes.hex(parentId);
  writeName(bytes, span.name, tables.texts);
  writeOrigin(bytes, span, tables.texts);
  bytes.signed(span.start - base);
  bytes.whole(span.durationUs);
  if (statusText !== null) bytes.text(statusText);
  writeAttributes(bytes, span.attributes, tables);
  if (hasMore) writeMore(span, tables);
  return bytes.take();
}

function writeMore({ events, links, start }: SpanRecord, tables: WriteTables): void {
  bytes.whole(events.length);
  for (const event of events) {
    writeName(bytes, event.name, tables.texts);
    bytes.signed(event.at - start);
    writeAttributes(bytes, event.attributes, tables);
  }
  bytes.whole(links.length);
  for (const { traceId, spanId } of links) {
    bytes.hex(traceId);
    bytes.hex(spanId);
  }
}

export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly base: number;
}

/** What stands before the attributes. */
export interface SpanHead extends Pick<
  SpanRecord,
  "parentId" | "name" | "kind" | "start" | "durationUs" | "status" | "statusText"
> {
  readonly origin: Origin;
  /** Whether events and links stand behind the attributes. */
  readonly hasMore: boolean;
}

export function readHead(reader: ByteReader, base: number, tables: ReadTables): SpanHead {
  const head = reader.byte();
  const flag = Math.floor(head / (kindSpace * statusSpace));
  return {
    parentId: flag & flags.parent ? reader.hex(16) : null,
    name: readName(reader, tables.texts),
    origin: readOrigin(reader, tables),
    start: base + reader.signed(),
    durationUs: reader.whole(),
    statusText: flag & flags.statusText ? reader.text() : null,
    kind: kinds[head % kindSpace] ?? "internal",
    status: statuses[Math.floor(head / kindSpace) % statusSpace] ?? "unset",
    hasMore: (flag & flags.more) !== 0,
  };
}

export function readSpan(body: Uint8Array, { traceId, spanId, base }: SpanPlace, tables: ReadTables): SpanRecord {
  const reader = new ByteReader(body);
  const { hasMore, origin, ...head } = readHead(reader, base, tables);
  const attributes = readAttributes(reader, tables);
  const more = hasMore ? readMore(reader, head.start, tables) : nothingMore;
  return { traceId, spanId, ...head, attributes, ...more, ...origin };
}

const nothingMore: Pick<SpanRecord, "events" | "links"> = { events: [], links: [] };

function readMore(reader: ByteReader, start: number, tables: ReadTables): Pick<SpanRecord, "events" | "links"> {
  const events = Array.from({ length: reader.whole() }, () => ({
    name: readName(reader, tables.texts),
    at: start + reader.signed(),
    attributes: readAttributes(reader, tables),
  }));
  const links = Array.from({ length: reader.whole() }, () => ({ traceId: reader.hex(32), spanId: reader.hex(16) }));
  return { events, links };
}
