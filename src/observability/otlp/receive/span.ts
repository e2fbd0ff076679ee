import type { Origin, RecordAttributes, SpanEvent, SpanKind, SpanRecord, SpanStatus } from "../../record.ts";
import {
  choiceOf,
  idOf,
  malformed,
  messageOf,
  messagesOf,
  microsOf,
  numberOf,
  textOf,
  type Message,
} from "../wire/field.ts";
import { cut, readAttributes } from "./value.ts";

export interface Receiving {
  readonly nowUs: number;
}

const kinds: readonly (SpanKind | undefined)[] = ["internal", "internal", "server", "client", "producer", "consumer"];
const statuses: readonly (SpanStatus | undefined)[] = ["unset", "ok", "error"];

const mostEvents = 1_000;
const mostLinks = 1_000;
const dayUs = 86_400_000_000;

/** Throws `request.malformed` for what is no span; the others of its request are taken all the same. */
export function readSpan(span: Message, origin: Origin, { nowUs }: Receiving): SpanRecord {
  const [traceId, spanId] = [idOf(span, "traceId", 16), idOf(span, "spanId", 8)];
  if (traceId === null || spanId === null) throw malformed("a span has no traceId or no spanId");
  const start = microsOf(span, "startTimeUnixNano");
  if (start === undefined) throw malformed("a span has no startTimeUnixNano");
  // It would stand above all others, and outlive them, for as long.
  if (start > nowUs + dayUs) throw malformed("a span begins more than a day from now");
  const kind = kinds[choiceOf(span, "kind")];
  if (kind === undefined) throw malformed("a span's kind is not one of those that are known");
  const events = messagesOf(span, "events");
  const links = messagesOf(span, "links");
  const { values, dropped } = readAttributes(span);
  return {
    ...origin,
    traceId,
    spanId,
    parentId: idOf(span, "parentSpanId", 8),
    name: cut(textOf(span, "name")),
    kind,
    start,
    durationUs: Math.max(0, (microsOf(span, "endTimeUnixNano") ?? start) - start),
    ...readStatus(messageOf(span, "status") ?? {}),
    attributes: {
      ...values,
      ...stateOf(span),
      ...counted("otel.dropped_attributes_count", dropped + (numberOf(span, "droppedAttributesCount") ?? 0)),
      ...counted(
        "otel.dropped_events_count",
        surplus(events, mostEvents) + (numberOf(span, "droppedEventsCount") ?? 0),
      ),
      ...counted("otel.dropped_links_count", surplus(links, mostLinks) + (numberOf(span, "droppedLinksCount") ?? 0)),
    },
    events: events.slice(0, mostEvents).map((event) => readEvent(event, start)),
    links: links.slice(0, mostLinks).flatMap(readLink),
  };
}

function readStatus(status: Message): Pick<SpanRecord, "status" | "statusText"> {
  const code = statuses[choiceOf(status, "code")] ?? "unset";
  const text = textOf(status, "message");
  return { status: code, statusText: text === "" ? null : cut(text) };
}

function stateOf(span: Message): RecordAttributes {
  const state = textOf(span, "traceState");
  return state === "" ? {} : { "w3c.tracestate": cut(state) };
}

/** What an exporter, or we, had no room for: told where a reader of the record looks. */
export function counted(key: string, dropped: number): RecordAttributes {
  return dropped > 0 ? { [key]: dropped } : {};
}

function surplus(list: readonly unknown[], most: number): number {
  return Math.max(0, list.length - most);
}

function readEvent(event: Message, start: number): SpanEvent {
  return {
    name: cut(textOf(event, "name")),
    at: microsOf(event, "timeUnixNano") ?? start,
    attributes: readAttributes(event).values,
  };
}

function readLink(link: Message): { traceId: string; spanId: string }[] {
  const [traceId, spanId] = [idOf(link, "traceId", 16), idOf(link, "spanId", 8)];
  return traceId === null || spanId === null ? [] : [{ traceId, spanId }];
}
