import { added, chart, dashboard, figure, of, quantile, rate, bars } from "./build.ts";

export const overview = dashboard({
  uid: "tutti-overview",
  title: "Tutti / Overview",
  about: "Whether runs get done, what waits for people, and what it takes.",
  known: "tutti_build_info",
  panels: [
    figure({
      title: "Running",
      about: "Runs that are worked on now.",
      unit: "short",
      queries: [{ expr: `sum(${of("tutti_runs_open", 'status="running"')})` }],
    }),
    figure({
      title: "Waiting for people",
      about: "Reviews that nobody has answered.",
      unit: "short",
      queries: [{ expr: `sum(${of("tutti_reviews_open")})` }],
    }),
    figure({
      title: "Failed",
      about: "Runs that have failed in the chosen time.",
      unit: "short",
      worryAt: 1,
      queries: [{ expr: `sum(${added("tutti_runs_total", 'status="failed"')}) or vector(0)` }],
    }),
    figure({
      title: "Oldest in the queue",
      about: "For how long the oldest run has waited for a worker. A queue that does not move shows here first.",
      unit: "s",
      worryAt: 300,
      queries: [{ expr: `max(${of("tutti_queue_age_seconds")})` }],
    }),
    figure({
      title: "Fullest budget",
      about: "What is used of the budget that is nearest to its end.",
      unit: "percentunit",
      worryAt: 0.9,
      queries: [{ expr: `max(${of("tutti_budget_used_ratio")})` }],
    }),
    figure({
      title: "Data on disk",
      about: "What all of the data folder takes of what it may take.",
      unit: "percentunit",
      worryAt: 0.9,
      queries: [{ expr: `sum(${of("tutti_storage_bytes")}) / sum(${of("tutti_storage_cap_bytes")})` }],
    }),
    chart({
      title: "Runs by outcome",
      about: "Runs that have ended, by how.",
      unit: "reqps",
      width: 12,
      queries: [{ expr: `sum by (status) (${rate("tutti_runs_total")})`, legend: "{{status}}" }],
    }),
    chart({
      title: "How long runs take",
      about: "From their start to their end, with what they have waited for.",
      unit: "s",
      width: 12,
      queries: [
        { expr: quantile(0.5, "tutti_run_duration_seconds"), legend: "half" },
        { expr: quantile(0.95, "tutti_run_duration_seconds"), legend: "95 of 100" },
      ],
    }),
    chart({
      title: "Tokens",
      about: "Tokens that models have read and written, in a second.",
      unit: "short",
      queries: [
        {
          expr: `sum by (gen_ai_token_type) (${rate("gen_ai_client_token_usage_sum")})`,
          legend: "{{gen_ai_token_type}}",
        },
      ],
    }),
    bars({
      title: "Flows with failures",
      about: "Runs of each flow that have failed in the chosen time.",
      unit: "short",
      queries: [
        { expr: `topk(10, sum by (flow) (${added("tutti_runs_total", 'status="failed"')}) > 0)`, legend: "{{flow}}" },
      ],
    }),
    chart({
      title: "Alerts",
      about: "Alert rules of Tutti by the state that they are in.",
      unit: "short",
      queries: [{ expr: `sum by (state) (${of("tutti_alerts")})`, legend: "{{state}}" }],
    }),
  ],
});
