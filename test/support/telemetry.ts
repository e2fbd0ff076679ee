import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { LogRecord, SpanRecord } from "../../src/observability/record.ts";
import { createTelemetryStore } from "../../src/observability/store/store.ts";
import { openHome } from "../../src/storage/home.ts";

export interface Told {
  readonly spans?: readonly SpanRecord[];
  readonly logs?: readonly LogRecord[];
}

/** Lays telemetry into a data folder that nobody hosts yet, as if it had been told there. */
export async function layTelemetry(home: string, { spans = [], logs = [] }: Told): Promise<void> {
  const { telemetry: path } = openHome(home, home).tenant("default");
  await using store = createTelemetryStore({ path, clock: systemClock, log: silentLog, sample: 1 });
  // What is laid is more than a process may have waiting at once.
  for (let from = 0; from < spans.length; from += batch) {
    store.sink.spans(spans.slice(from, from + batch));
    await store.flush();
  }
  for (let from = 0; from < logs.length; from += batch) {
    store.sink.logs(logs.slice(from, from + batch));
    await store.flush();
  }
}

const batch = 1_000;

export function toSpan(span: Partial<SpanRecord>): SpanRecord {
  return {
    service: "tutti",
    scope: "tutti",
    resource: { "service.version": "1.2.3" },
    traceId: "1".repeat(32),
    spanId: "1".repeat(16),
    parentId: null,
    name: "work",
    kind: "internal",
    start: 0,
    durationUs: 1_000,
    status: "unset",
    statusText: null,
    attributes: {},
    events: [],
    links: [],
    ...span,
  };
}

export function toLog(line: Partial<LogRecord>): LogRecord {
  return {
    service: "tutti",
    scope: "tutti",
    resource: {},
    at: 0,
    level: "info",
    event: "x.y",
    message: "",
    traceId: null,
    spanId: null,
    run: null,
    attributes: {},
    ...line,
  };
}
