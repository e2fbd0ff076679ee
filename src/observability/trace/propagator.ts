import type * as Api from "@opentelemetry/api";
import { fromTraceparent, toTraceparent } from "../../core/trace.ts";

const parentHeader = "traceparent";
const stateHeader = "tracestate";

/** W3C Trace Context in the headers of what a flow's instrumentation sends. */
export function createPropagator(api: typeof Api): Api.TextMapPropagator {
  return {
    fields: () => [parentHeader, stateHeader],
    inject(context, carrier, setter) {
      const place = api.trace.getSpanContext(context);
      if (!place || !api.isSpanContextValid(place)) return;
      setter.set(carrier, parentHeader, toTraceparent(place));
      if (place.traceState) setter.set(carrier, stateHeader, place.traceState.serialize());
    },
    extract(context, carrier, getter) {
      const place = fromTraceparent(one(getter.get(carrier, parentHeader)), one(getter.get(carrier, stateHeader)));
      if (place === null) return context;
      return api.trace.setSpanContext(context, {
        traceId: place.traceId,
        spanId: place.spanId,
        traceFlags: api.TraceFlags.SAMPLED,
        isRemote: true,
        ...(place.state === undefined ? {} : { traceState: api.createTraceState(place.state) }),
      });
    },
  };
}

function one(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
