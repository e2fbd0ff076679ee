import type { LogRecord, SeriesPoint, SpanRecord } from "../../src/observability/record.ts";

/** A whole second, an hour and a half ago: what happened past is finished for everybody. */
export const past = Math.floor(Date.now() / 1_000) * 1_000 - 90 * 60_000;
/** The same in microseconds. */
export const pastUs = past * 1_000;

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");

export const traceIdOf = (number: number): string => hex(number, 32);
export const spanIdOf = (number: number): string => hex(number, 16);

/** A root span of a millisecond, with what is given in place of it. */
export function span(given: Partial<SpanRecord> & { readonly trace: number; readonly id?: number }): SpanRecord {
  const { trace, id = trace * 1_000 + 1, ...own } = given;
  return {
    traceId: traceIdOf(trace),
    spanId: spanIdOf(id),
    parentId: null,
    name: "flow",
    kind: "internal",
    start: pastUs + trace * 1_000,
    durationUs: 1_000,
    status: "unset",
    statusText: null,
    attributes: {},
    events: [],
    links: [],
    service: "tutti",
    scope: "tutti",
    resource: { "host.name": "here" },
    ...own,
  };
}

/** A trace of a root and so many children. */
export function trace(number: number, children: number, own: Partial<SpanRecord> = {}): SpanRecord[] {
  const root = span({ trace: number });
  const rest = Array.from({ length: children }, (_, index) =>
    span({
      trace: number,
      id: number * 1_000 + 2 + index,
      parentId: root.spanId,
      name: `step ${index + 1}`,
      start: root.start + index + 1,
      durationUs: 10,
      ...own,
    }),
  );
  return [root, ...rest];
}

export function logRecord(own: Partial<LogRecord> = {}): LogRecord {
  return {
    at: pastUs,
    level: "info",
    event: "run.ended",
    message: "",
    traceId: null,
    spanId: null,
    run: null,
    attributes: {},
    service: "tutti",
    scope: "tutti",
    resource: {},
    ...own,
  };
}

/** What a counter added in the ten seconds that ended so many milliseconds after `past`. */
export function counted(afterMs: number, sum: number, labels: Readonly<Record<string, string>> = {}): SeriesPoint {
  return { name: "things_total", labels, at: (past + afterMs) * 1_000, point: { type: "counter", sum } };
}
