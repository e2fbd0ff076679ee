import type { SpanOutline } from "./telemetry-store.ts";

/** An outline in few characters: the names of the fields stand nowhere. */
export type PackedOutline = readonly [
  spanId: string,
  parentId: string | null,
  name: string,
  kind: SpanOutline["kind"],
  service: string,
  start: number,
  durationUs: number,
  status: SpanOutline["status"],
  statusText: string | null,
  thrown: string | null,
  events: number,
  links: number,
  values: SpanOutline["values"],
];

export function fromOutlineText(text: string): SpanOutline[] {
  return (JSON.parse(text) as readonly PackedOutline[]).map(
    ([
      spanId,
      parentId,
      name,
      kind,
      service,
      start,
      durationUs,
      status,
      statusText,
      thrown,
      events,
      links,
      values,
    ]) => ({
      spanId,
      parentId,
      name,
      kind,
      service,
      start,
      durationUs,
      status,
      statusText,
      thrown,
      events,
      links,
      values,
    }),
  );
}
