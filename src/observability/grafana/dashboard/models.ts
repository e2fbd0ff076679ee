import { added, bars, chart, dashboard, of, quantile, rate } from "./build.ts";

const duration = "gen_ai_client_operation_duration_seconds";
const firstChunk = "gen_ai_client_operation_time_to_first_chunk_seconds";
const model = "gen_ai_request_model";

export const models = dashboard({
  uid: "tutti-models",
  title: "Tutti / Models",
  about: "How models answer: how fast, how often not, and what they read and write.",
  known: "tutti_build_info",
  panels: [
    chart({
      title: "Calls",
      about: "Calls of models in a second.",
      unit: "reqps",
      queries: [{ expr: `sum by (${model}) (${rate(`${duration}_count`)})`, legend: `{{${model}}}` }],
    }),
    chart({
      title: "Failed calls",
      about: "Share of the calls that have failed, by what was wrong.",
      unit: "percentunit",
      max: 1,
      queries: [
        {
          expr: `sum by (error_type) (${rate(`${duration}_count`, 'error_type!=""')}) / ignoring(error_type) group_left sum(${rate(`${duration}_count`)})`,
          legend: "{{error_type}}",
        },
      ],
    }),
    chart({
      title: "Time of a call",
      about: "95 of 100 calls are faster, the wait for a place at the server left out.",
      unit: "s",
      queries: [{ expr: quantile(0.95, duration, [model]), legend: `{{${model}}}` }],
    }),
    chart({
      title: "Time to the first token",
      about: "With the load of the model where it was not in memory.",
      unit: "s",
      queries: [{ expr: quantile(0.95, firstChunk, [model]), legend: `{{${model}}}` }],
    }),
    chart({
      title: "Wait for a place",
      about: "How long calls stand in line before a server.",
      unit: "s",
      queries: [{ expr: quantile(0.95, "tutti_model_queue_wait_seconds", ["model"]), legend: "{{model}}" }],
    }),
    chart({
      title: "Calls in line",
      about: "Calls that wait for a place now.",
      unit: "short",
      queries: [{ expr: `sum by (server) (${of("tutti_model_queue_length")})`, legend: "{{server}}" }],
    }),
    chart({
      title: "Tokens",
      about: "Tokens in a second, by model and direction.",
      unit: "short",
      width: 16,
      queries: [
        {
          expr: `sum by (${model}, gen_ai_token_type) (${rate("gen_ai_client_token_usage_sum")})`,
          legend: `{{${model}}} {{gen_ai_token_type}}`,
        },
      ],
    }),
    bars({
      title: "Tokens of each model",
      about: "In the chosen time.",
      unit: "short",
      queries: [
        { expr: `topk(10, sum by (${model}) (${added("gen_ai_client_token_usage_sum")}))`, legend: `{{${model}}}` },
      ],
    }),
  ],
});
