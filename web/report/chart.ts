/** What a report of a time draws, and `src/observability/report` asks for: a test holds the two together. */
export const charts = [
  { title: "Runs that ended", expression: "sum by (status) (increase(tutti_runs_total[5m]))", unit: "number" },
  {
    title: "How long runs took, 95 of 100",
    expression: "histogram_quantile(0.95, sum by (le) (increase(tutti_run_duration_seconds_bucket[5m])))",
    unit: "seconds",
  },
  {
    title: "Tokens",
    expression: "sum by (gen_ai_token_type) (increase(gen_ai_client_token_usage_sum[5m]))",
    unit: "number",
  },
  {
    title: "Model calls, 95 of 100",
    expression:
      "histogram_quantile(0.95, sum by (le, gen_ai_request_model) (increase(gen_ai_client_operation_duration_seconds_bucket[5m])))",
    unit: "seconds",
  },
] as const;
