import type { SpanOutline } from "../record.ts";
import { createPicker, readName, type ReadTables } from "./attribute-code.ts";
import type { ByteReader } from "./bytes.ts";
import { linkBytes, readHead } from "./span-code.ts";

/** Reads a span's bytes to their end, and makes of them only what an outline shows. */
export type Outliner = (bytes: ByteReader, place: { readonly spanId: string; readonly base: number }) => SpanOutline;

export function createOutliner(attributes: readonly string[], tables: ReadTables): Outliner {
  const pick = createPicker(attributes, tables);
  const readMore = createMoreReader(tables);
  return (bytes, { spanId, base }) => {
    const head = readHead(bytes, base, tables);
    const values = pick(bytes);
    const { thrown, events, links } = head.hasMore ? readMore(bytes) : nothingMore;
    // Field by field: by rest and spread, ten thousand of them take some milliseconds more.
    return {
      spanId,
      parentId: head.parentId,
      name: head.name,
      kind: head.kind,
      service: head.origin.service,
      start: head.start,
      durationUs: head.durationUs,
      status: head.status,
      statusText: head.statusText,
      thrown,
      events,
      links,
      values,
    };
  };
}

interface More {
  readonly thrown: string | null;
  readonly events: number;
  readonly links: number;
}

const nothingMore: More = { thrown: null, events: 0, links: 0 };

function createMoreReader(tables: ReadTables): (bytes: ByteReader) => More {
  const pick = createPicker(["exception.message"], tables);
  return (bytes) => {
    const events = bytes.whole();
    let thrown: string | null = null;
    for (let left = events; left > 0; left--) {
      const isException = readName(bytes, tables.texts) === "exception";
      // When it was.
      bytes.whole();
      const [message] = pick(bytes);
      if (isException && typeof message === "string") thrown ??= message;
    }
    const links = bytes.whole();
    bytes.skip(links * linkBytes);
    return { thrown, events, links };
  };
}
