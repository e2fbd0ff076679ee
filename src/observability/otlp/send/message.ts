import type { LogLevel } from "../../../core/log.ts";
import type { AttributeValue } from "../../../core/trace.ts";
import type { EpochUs, LogRecord, Origin, RecordAttributes, SpanKind, SpanRecord, SpanStatus } from "../../record.ts";
import { receivedMark } from "../receive/origin.ts";

/** A request with spans, as the message table has it. */
export function toTraceRequest(spans: readonly SpanRecord[]): object {
  const resourceSpans = byOrigin(spans).map(([origin, own]) => ({
    resource: toResource(origin),
    scopeSpans: [{ scope: toScope(origin), spans: own.map(toSpan) }],
  }));
  return { resourceSpans };
}

export function toLogsRequest(logs: readonly LogRecord[]): object {
  const resourceLogs = byOrigin(logs).map(([origin, own]) => ({
    resource: toResource(origin),
    scopeLogs: [{ scope: toScope(origin), logRecords: own.map(toLogRecord) }],
  }));
  return { resourceLogs };
}

/** Whether a record came by OTLP itself. */
export function isReceived({ resource }: Origin): boolean {
  return resource[receivedMark] === true;
}

function byOrigin<Record extends Origin>(records: readonly Record[]): (readonly [Origin, readonly Record[]])[] {
  const groups = Map.groupBy(records, ({ service, scope, resource }) => JSON.stringify([service, scope, resource]));
  return [...groups.values()].flatMap((own) => (own[0] ? [[own[0], own] as const] : []));
}

export function toResource({ service, resource }: Pick<Origin, "service" | "resource">): object {
  return { attributes: toAttributes({ "service.name": service, ...resource }) };
}

function toScope({ scope }: Origin): object {
  return { name: scope };
}

const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const statuses: Readonly<Record<SpanStatus, number>> = { unset: 0, ok: 1, error: 2 };

function toSpan(span: SpanRecord): object {
  const { parentId, statusText } = span;
  return {
    traceId: fromHex(span.traceId),
    spanId: fromHex(span.spanId),
    ...(parentId === null ? {} : { parentSpanId: fromHex(parentId) }),
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: toNanos(span.start),
    endTimeUnixNano: toNanos(span.start + span.durationUs),
    attributes: toAttributes(span.attributes),
    events: span.events.map(({ name, at, attributes }) => ({
      name,
      timeUnixNano: toNanos(at),
      attributes: toAttributes(attributes),
    })),
    links: span.links.map(({ traceId, spanId }) => ({ traceId: fromHex(traceId), spanId: fromHex(spanId) })),
    status: { code: statuses[span.status], ...(statusText === null ? {} : { message: statusText }) },
  };
}

const severities: Readonly<Record<LogLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

function toLogRecord(log: LogRecord): object {
  const { traceId, spanId, run, message } = log;
  return {
    timeUnixNano: toNanos(log.at),
    observedTimeUnixNano: toNanos(log.at),
    severityNumber: severities[log.level],
    severityText: log.level.toUpperCase(),
    eventName: log.event,
    ...(message === "" ? {} : { body: { stringValue: message } }),
    attributes: toAttributes(run === null ? log.attributes : { ...log.attributes, "tutti.run.id": run }),
    ...(traceId === null ? {} : { traceId: fromHex(traceId) }),
    ...(spanId === null ? {} : { spanId: fromHex(spanId) }),
  };
}

export function toAttributes(attributes: RecordAttributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: AttributeValue): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value };
  return { arrayValue: { values: value.map(toAnyValue) } };
}

/** As text: a number would not be exact. */
export function toNanos(at: EpochUs): string {
  return `${Math.round(at)}000`;
}

function fromHex(id: string): Uint8Array {
  return Buffer.from(id, "hex");
}
