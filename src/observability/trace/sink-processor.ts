import type * as Api from "@opentelemetry/api";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Origin, SpanEvent, SpanKind, SpanRecord, SpanStatus } from "../record.ts";
import type { TelemetrySink } from "../store/telemetry-store.ts";
import { toRecordAttributes } from "./attribute.ts";

const kinds: readonly SpanKind[] = ["internal", "server", "client", "producer", "consumer"];
const statuses: readonly SpanStatus[] = ["unset", "ok", "error"];

/** Hands ended spans to the store. Never throws into the code whose span it is. */
export function createSinkProcessor(sink: TelemetrySink, origin: Origin, api: typeof Api): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd(span) {
      try {
        sink.spans([toRecord(span, origin)]);
      } catch (error) {
        // A span that cannot be told is lost, and the step goes on; who looks for it asks OpenTelemetry to say more.
        api.diag.warn("tutti: a span could not be kept", error);
      }
    },
    // The store has its own pace, and its own end.
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
}

function toRecord(span: ReadableSpan, origin: Origin): SpanRecord {
  const { traceId, spanId } = span.spanContext();
  return {
    service: origin.service,
    scope: span.instrumentationScope.name,
    resource: origin.resource,
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId ?? null,
    name: span.name,
    kind: kinds[span.kind] ?? "internal",
    start: toUs(span.startTime),
    durationUs: Math.max(0, toUs(span.duration)),
    status: statuses[span.status.code] ?? "unset",
    statusText: span.status.message ?? null,
    attributes: toRecordAttributes(span.attributes),
    events: span.events.map(toEvent),
    links: span.links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId })),
  };
}

function toEvent({ name, time, attributes = {} }: ReadableSpan["events"][number]): SpanEvent {
  return { name, at: toUs(time), attributes: toRecordAttributes(attributes) };
}

/** Seconds and nanoseconds. */
function toUs([seconds, nanoseconds]: Api.HrTime): number {
  return seconds * 1_000_000 + Math.round(nanoseconds / 1_000);
}
