/** The three things that OpenTelemetry tells, and what of the protocol goes with each. */
export const signals = {
  traces: {
    path: "/v1/traces",
    request: "TraceRequest",
    answer: "TraceAnswer",
    rejected: "rejectedSpans",
    groups: "resourceSpans",
    scopes: "scopeSpans",
    records: "spans",
  },
  metrics: {
    path: "/v1/metrics",
    request: "MetricsRequest",
    answer: "MetricsAnswer",
    rejected: "rejectedDataPoints",
    groups: "resourceMetrics",
    scopes: "scopeMetrics",
    records: "metrics",
  },
  logs: {
    path: "/v1/logs",
    request: "LogsRequest",
    answer: "LogsAnswer",
    rejected: "rejectedLogRecords",
    groups: "resourceLogs",
    scopes: "scopeLogs",
    records: "logRecords",
  },
} as const;

export type Signal = keyof typeof signals;

export const signalNames: readonly Signal[] = ["traces", "metrics", "logs"];
