import type { EpochMs } from "../../core/clock.ts";
import type { AttributeValue } from "../../core/trace.ts";
import type { EpochUs, LogRecord, Origin, RecordAttributes, SeriesPoint, SpanRecord } from "../record.ts";

// What other programs send may be anything. These are larger than what any library of the field sends by itself.
const mostAttributes = 256;
const mostParts = 128;
const mostKey = 256;
const mostText = 1_048_576;
const mostName = 1_024;
// A clock that goes wrong may be hours ahead; what claims to be of another year would never grow old enough to go.
const mostAheadUs = 24 * 3_600 * 1_000_000;

/** Those that can be stored, as they can be stored. One that is no record at all is left out, and takes no other along. */
export function fittingAll<Kind>(
  records: readonly Kind[],
  fitting: (record: Kind, latest: EpochUs) => Kind | null,
  now: EpochMs,
): Kind[] {
  return records.flatMap((record) => {
    try {
      return fitting(record, now * 1_000 + mostAheadUs) ?? [];
    } catch (error) {
      // Where a field is missing or of another kind.
      if (error instanceof TypeError) return [];
      throw error;
    }
  });
}

/** Cut to size and with times that can be; null where it has no usable ids. */
export function fittingSpan(span: SpanRecord, latest: EpochUs): SpanRecord | null {
  const traceId = fittingId(span.traceId, 32);
  const spanId = fittingId(span.spanId, 16);
  if (traceId === null || spanId === null) return null;
  const start = fittingTime(span.start, latest);
  return {
    ...fittingOrigin(span),
    traceId,
    spanId,
    parentId: span.parentId === null ? null : fittingId(span.parentId, 16),
    name: fittingText(span.name, mostName),
    kind: span.kind,
    start,
    durationUs: fittingTime(span.durationUs, latest - start),
    status: span.status,
    statusText: span.statusText === null ? null : fittingText(span.statusText, mostText),
    attributes: fittingAttributes(span.attributes),
    events: span.events.slice(0, mostParts).map(({ name, at, attributes }) => ({
      name: fittingText(name, mostName),
      at: fittingTime(at, latest),
      attributes: fittingAttributes(attributes),
    })),
    links: span.links.slice(0, mostParts).flatMap((link) => {
      const [to, at] = [fittingId(link.traceId, 32), fittingId(link.spanId, 16)];
      return to === null || at === null ? [] : [{ traceId: to, spanId: at }];
    }),
  };
}

export function fittingLog(record: LogRecord, latest: EpochUs): LogRecord {
  return {
    ...fittingOrigin(record),
    at: fittingTime(record.at, latest),
    level: record.level,
    event: fittingText(record.event, mostName),
    message: fittingText(record.message, mostText),
    traceId: record.traceId === null ? null : fittingId(record.traceId, 32),
    spanId: record.spanId === null ? null : fittingId(record.spanId, 16),
    run: record.run === null ? null : fittingText(record.run, mostKey),
    attributes: fittingAttributes(record.attributes),
  };
}

/** Null where it says nothing: a figure that is no number, or one of times to come. */
export function fittingPoint(given: SeriesPoint, latest: EpochUs): SeriesPoint | null {
  const { point } = given;
  const figures = point.type === "gauge" ? [point.last, point.min, point.max] : [point.sum];
  if (!figures.every(Number.isFinite)) return null;
  if (point.type === "histogram" && point.counts.length !== point.bounds.length + 1) return null;
  return given.at > latest ? null : { ...given, at: fittingTime(given.at, latest) };
}

// A process sends thousands of records with the same resource; it is looked at once.
const fittedResources = new WeakMap<RecordAttributes, RecordAttributes>();

function fittingOrigin({ service, scope, resource }: Origin): Origin {
  const fitted = fittedResources.get(resource) ?? fittingAttributes(resource);
  fittedResources.set(resource, fitted);
  return { service: fittingText(service, mostName), scope: fittingText(scope, mostName), resource: fitted };
}

function fittingAttributes(attributes: RecordAttributes): RecordAttributes {
  const entries = Object.entries(attributes);
  const isFitting =
    entries.length <= mostAttributes && entries.every(([key, value]) => key.length <= mostKey && isFine(value));
  if (isFitting) return attributes;
  return Object.fromEntries(
    entries.slice(0, mostAttributes).flatMap(([key, value]) => {
      const fitted = fittingValue(value);
      return fitted === null ? [] : [[fittingText(key, mostKey), fitted]];
    }),
  );
}

function isFine(value: AttributeValue | null): boolean {
  if (typeof value === "string") return value.length <= mostText && value.isWellFormed();
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

/** Null for what says nothing: what is no number has come as null, where it came through a thread. */
function fittingValue(value: AttributeValue | null): AttributeValue | null {
  if (typeof value === "string") return fittingText(value, mostText);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (!Array.isArray(value)) return value;
  const text = JSON.stringify(value);
  return text.length <= mostText && text.isWellFormed() ? value : fittingText(text, mostText);
}

/** SQLite's texts are UTF-8, where half a pair of surrogates cannot stand. */
function fittingText(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return cut.isWellFormed() ? cut : cut.toWellFormed();
}

function fittingTime(us: number, most: number): number {
  return Number.isFinite(us) ? Math.min(Math.max(0, Math.round(us)), most) : 0;
}

function fittingId(id: string, digits: number): string | null {
  const isId = id.length === digits && /^[\da-f]+$/i.test(id) && !/^0+$/.test(id);
  return isId ? id.toLowerCase() : null;
}
