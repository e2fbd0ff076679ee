import type * as Api from "@opentelemetry/api";
import type { LiveSpan, SpanStart, TraceContext } from "../../core/trace.ts";
import { toFailure } from "../../core/error.ts";
import type { Origin } from "../record.ts";
import type { TelemetrySink } from "../store/telemetry-store.ts";
import { longestValue, mostAttributes, toRecordAttributes } from "./attribute.ts";
import { createPropagator } from "./propagator.ts";
import { general } from "./semantic.ts";
import { createSinkProcessor } from "./sink-processor.ts";

/** Spans of code that runs: OpenTelemetry's own SDK, which costs too much to load where nothing runs. */
export interface Live {
  span<Result>(start: SpanStart, work: (span: LiveSpan) => Promise<Result>): Promise<Result>;
  /** Runs what belongs to a span that is told elsewhere. */
  within<Result>(place: TraceContext, work: () => Promise<Result>): Promise<Result>;
  current(): TraceContext | null;
  /** What code of a flow has begun after this is told to nobody. */
  stop(): void;
}

export interface LiveOptions {
  readonly sink: TelemetrySink;
  readonly origin: Origin;
}

/**
 * Loads the SDK and stands behind the global API, so that spans of a flow's own instrumentation lie where they belong. A
 * process that has set up tracing by itself keeps what it has: then only Tutti's own spans come here.
 */
export async function loadLive({ sink, origin }: LiveOptions): Promise<Live> {
  const [api, { TracerProvider }, { AsyncLocalStorageContextManager }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/context-async-hooks"),
  ]);
  const provider = new TracerProvider({
    spanProcessors: [createSinkProcessor(sink, origin, api)],
    spanLimits: { attributeCountLimit: mostAttributes, attributeValueLengthLimit: longestValue },
  });
  // Stays for as long as the process lives: what is under way when a host ends still has its place.
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const isGlobal = api.trace.setGlobalTracerProvider(provider);
  const isPropagating = api.propagation.setGlobalPropagator(createPropagator(api));
  return {
    ...createLiveCalls(api, provider.getTracer("tutti")),
    stop() {
      if (isGlobal) api.trace.disable();
      if (isPropagating) api.propagation.disable();
    },
  };
}

function createLiveCalls(api: typeof Api, tracer: Api.Tracer): Omit<Live, "stop"> {
  const kinds = {
    internal: api.SpanKind.INTERNAL,
    server: api.SpanKind.SERVER,
    client: api.SpanKind.CLIENT,
    producer: api.SpanKind.PRODUCER,
    consumer: api.SpanKind.CONSUMER,
  };
  return {
    async span({ name, kind = "internal", attributes = {} }, work) {
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: toRecordAttributes(attributes) });
      try {
        const inside = api.trace.setSpan(api.context.active(), span);
        return await api.context.with(inside, () => work(toLiveSpan(span)));
      } catch (error) {
        const { code, message } = toFailure(error, "step.failed");
        span.setAttribute(general.error, code);
        span.setStatus({ code: api.SpanStatusCode.ERROR, message });
        throw error;
      } finally {
        span.end();
      }
    },
    within({ traceId, spanId, state }, work) {
      const place = {
        traceId,
        spanId,
        traceFlags: api.TraceFlags.SAMPLED,
        ...(state === undefined ? {} : { traceState: api.createTraceState(state) }),
      };
      return api.context.with(api.trace.setSpanContext(api.ROOT_CONTEXT, place), work);
    },
    current() {
      const place = api.trace.getSpanContext(api.context.active());
      return place && api.isSpanContextValid(place) ? toContext(place) : null;
    },
  };
}

function toContext({ traceId, spanId, traceState }: Api.SpanContext): TraceContext {
  return { traceId, spanId, ...(traceState ? { state: traceState.serialize() } : {}) };
}

function toLiveSpan(span: Api.Span): LiveSpan {
  return {
    context: toContext(span.spanContext()),
    set: (attributes) => void span.setAttributes(toRecordAttributes(attributes)),
    event: (name, attributes = {}) => void span.addEvent(name, toRecordAttributes(attributes)),
  };
}
