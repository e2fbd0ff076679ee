import type { Origin, SpanRecord } from "../record.ts";

/** A span in few characters: the trace's id and the names of the fields stand once for all, and so does each sender. */
type Packed = readonly [
  spanId: string,
  parentId: string | null,
  name: string,
  kind: SpanRecord["kind"],
  start: number,
  durationUs: number,
  status: SpanRecord["status"],
  statusText: string | null,
  attributes: SpanRecord["attributes"],
  events: SpanRecord["events"],
  links: SpanRecord["links"],
  origin: number,
];

interface PackedTrace {
  readonly traceId: string;
  readonly origins: readonly Origin[];
  readonly spans: readonly Packed[];
}

export function toTraceText(spans: readonly SpanRecord[]): string {
  const origins: Origin[] = [];
  const packed = spans.map((span): Packed => {
    const { spanId, parentId, name, kind, start, durationUs, status, statusText, attributes, events, links } = span;
    const origin = indexOf(origins, span);
    return [spanId, parentId, name, kind, start, durationUs, status, statusText, attributes, events, links, origin];
  });
  const trace: PackedTrace = { traceId: spans[0]?.traceId ?? "", origins, spans: packed };
  return JSON.stringify(trace);
}

/** Spans of one sender have the same resource, as an object; where they do not, it stands there twice. */
function indexOf(origins: Origin[], { service, scope, resource }: Origin): number {
  const last = origins.at(-1);
  if (last?.resource === resource && last.service === service && last.scope === scope) return origins.length - 1;
  return origins.push({ service, scope, resource }) - 1;
}

export function fromTraceText(text: string): SpanRecord[] {
  const { traceId, origins, spans } = JSON.parse(text) as PackedTrace;
  return spans.map((packed) => {
    const [spanId, parentId, name, kind, start, durationUs, status, statusText, attributes, events, links, at] = packed;
    const { service = "", scope = "", resource = {} } = origins[at] ?? {};
    return {
      traceId,
      spanId,
      parentId,
      name,
      kind,
      start,
      durationUs,
      status,
      statusText,
      attributes,
      events,
      links,
      service,
      scope,
      resource,
    };
  });
}
