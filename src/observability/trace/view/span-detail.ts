import type { RecordAttributes, SpanRecord } from "../../record.ts";
import { cutAttribute } from "./attribute-text.ts";
import type { SpanDetail } from "./shape.ts";
import { spanOf } from "./trace-detail.ts";

export interface DetailOptions {
  /** The most of each value. */
  readonly mostBytes: number;
}

/** A span with all that it says; long values are cut, with the size of the whole. */
export function spanDetail(record: SpanRecord, { mostBytes }: DetailOptions): SpanDetail {
  const cut = (attributes: RecordAttributes): SpanDetail["attributes"] =>
    Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, cutAttribute(value, mostBytes)]),
    ) as SpanDetail["attributes"];
  const { events: _events, links: _links, ...span } = spanOf(record);
  return {
    ...span,
    traceId: record.traceId,
    scope: record.scope,
    statusText: record.statusText,
    attributes: cut(record.attributes),
    resource: cut(record.resource),
    events: record.events.map(({ name, at, attributes }) => ({ name, at: at / 1_000, attributes: cut(attributes) })),
    links: [...record.links],
  };
}
