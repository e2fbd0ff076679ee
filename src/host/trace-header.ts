import { fromTraceparent } from "../core/trace.ts";
import type { Transport } from "../sdk/client.ts";

/** Tells the host where the caller stands in a trace, if whoever has started the caller has told it. */
export function tracedTransport(
  transport: Transport,
  { TRACEPARENT, TRACESTATE }: Readonly<Record<string, string | undefined>>,
): Transport {
  const context = TRACEPARENT === undefined ? null : fromTraceparent(TRACEPARENT, TRACESTATE);
  if (TRACEPARENT === undefined || context === null) return transport;
  return (request) => {
    request.headers.set("traceparent", TRACEPARENT);
    if (context.state !== undefined) request.headers.set("tracestate", context.state);
    return transport(request);
  };
}
