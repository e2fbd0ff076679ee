import type { AlertQuery, AlertRule, Definition } from "./rule.ts";

const minuteMs = 60_000;
const failedRuns = 'sum by (flow) (increase(tutti_runs_total{status="failed"}[15m]))';
const calls = "gen_ai_client_operation_duration_seconds_count";
const failedCalls = `sum by (gen_ai_request_model) (increase(${calls}{error_type!=""}[10m]))`;

/** Each tells of something that people notice, not of a cause; what is normal on a busy machine must not fire. */
const definitions: Readonly<Record<string, Partial<Definition> & Pick<Definition, "summary" | "advice" | "query">>> = {
  FailingRuns: {
    summary: "More than a fifth of a flow's runs failed in 15 minutes, at least 3 of them",
    advice: "See what they have in common: tutti run errors --since 1h",
    severity: "critical",
    query: promql(`(${failedRuns} >= 3) / sum by (flow) (increase(tutti_runs_total[15m])) > 0.2`),
  },
  QueueStuck: {
    summary: "A run has been waiting in the queue for more than 10 minutes",
    advice: "See whether anything works here, and on what: tutti status, tutti run list --status running",
    query: promql("max(tutti_queue_age_seconds) > 600"),
    forMs: 2 * minuteMs,
  },
  ModelCallsFailing: {
    summary: "Half of the calls of a model, or more, failed in 10 minutes, at least 3 of them",
    advice: "See whether its server answers: tutti models servers, tutti doctor",
    severity: "critical",
    query: promql(`(${failedCalls} >= 3) / sum by (gen_ai_request_model) (increase(${calls}[10m])) >= 0.5`),
  },
  SlowFirstToken: {
    summary: "A model takes more than 30 seconds to begin its answer in one call of ten",
    advice: "See what waits for the model and what it shares its server with: tutti models queue",
    severity: "info",
    query: promql(
      "histogram_quantile(0.9, sum by (le, gen_ai_request_model) (rate(gen_ai_client_operation_time_to_first_chunk_seconds_bucket[15m]))) > 30",
    ),
    forMs: 10 * minuteMs,
  },
  BudgetNearlyUsed: {
    summary: "More than nine tenths of a budget are used",
    advice: "See what used it, and what happens at its end: tutti cost show, tutti budget list",
    query: promql("max by (budget) (tutti_budget_used_ratio) > 0.9"),
  },
  ReviewWaiting: {
    summary: "A question has been waiting for a decision for more than 4 hours",
    advice: "Decide it: tutti review list",
    query: promql("max(tutti_review_oldest_seconds) > 14400"),
  },
  StorageNearCap: {
    summary: "What is kept takes more than nine tenths of what it may",
    advice: "See what takes the room: tutti storage show. The oldest goes by itself when the cap is reached",
    query: promql("sum(tutti_storage_bytes) / max(tutti_storage_cap_bytes) > 0.9"),
    forMs: 5 * minuteMs,
  },
  TelemetryDropped: {
    summary: "Spans, log records or figures were dropped: traces and charts have gaps",
    advice: "The machine could not write them in time. See the disk and the load: tutti doctor",
    query: promql('sum by (outcome) (increase(tutti_telemetry_records_total{outcome!="accepted"}[10m])) > 0'),
  },
  ErrorsInLog: {
    summary: "More than 10 errors were logged in 10 minutes",
    advice: "Read them: tutti logs --level error",
    query: { kind: "logs", query: "level:error", windowMs: 10 * minuteMs, above: 10 },
  },
  HostRestarting: {
    summary: "The host began anew more than 4 times in 15 minutes",
    advice: "See what ends it: tutti logs, and a run that ends its host: tutti run list --status running",
    severity: "critical",
    query: { kind: "logs", query: "event:host.started", windowMs: 15 * minuteMs, above: 4 },
  },
  CollectorRefuses: {
    summary: "A collector did not take what was sent on to it for 10 minutes",
    advice: "See whether it runs and what it answers: tutti logs event:otlp.*",
    severity: "info",
    query: promql('sum by (signal) (increase(tutti_otlp_sent_total{outcome=~"rejected|refused"}[10m])) > 0'),
    forMs: 10 * minuteMs,
  },
  AlertRuleFailing: {
    summary: "An alert rule could not be looked at for 5 minutes, so it tells nothing",
    advice: "See which, and why: tutti alert list --state error",
    query: promql('max(tutti_alerts{state="error"}) > 0'),
    forMs: 5 * minuteMs,
  },
};

/** Tutti's own rules: no rows of the database until somebody changes them. */
export const defaultRules: readonly AlertRule[] = Object.entries(definitions).map(([name, definition]) => {
  const usual = {
    severity: "warning",
    forMs: 0,
    labels: {},
    channels: null,
    isEnabled: true,
    isDefault: true,
  } as const;
  return Object.assign({}, usual, definition, { name });
});

function promql(expression: string): AlertQuery {
  return { kind: "metrics", expression };
}
