import { added, bars, chart, dashboard, figure, rate } from "./build.ts";

export const claudeCode = dashboard({
  uid: "tutti-claude-code",
  title: "Tutti / Claude Code",
  about: "What Claude Code tells about itself, once `tutti claude env` has shown it the way.",
  known: "tutti_build_info",
  panels: [
    figure({
      title: "Sessions",
      about: "Sessions that have begun in the chosen time.",
      unit: "short",
      queries: [{ expr: `sum(${added("claude_code_session_count_total")})` }],
    }),
    figure({
      title: "Cost",
      about: "As Claude Code works it out; what is billed may differ.",
      unit: "currencyUSD",
      queries: [{ expr: `sum(${added("claude_code_cost_usage_USD_total")})` }],
    }),
    figure({
      title: "Tokens",
      about: "Of all kinds, those from the cache too.",
      unit: "short",
      queries: [{ expr: `sum(${added("claude_code_token_usage_tokens_total")})` }],
    }),
    figure({
      title: "Active time",
      about: "Time in which somebody, or Claude, was at work.",
      unit: "s",
      queries: [{ expr: `sum(${added("claude_code_active_time_seconds_total")})` }],
    }),
    figure({
      title: "Commits",
      about: "Commits that were made with it.",
      unit: "short",
      queries: [{ expr: `sum(${added("claude_code_commit_count_total")})` }],
    }),
    figure({
      title: "Edits that were taken",
      about: "Share of proposed edits that were accepted.",
      unit: "percentunit",
      queries: [
        {
          expr: `sum(${added("claude_code_code_edit_tool_decision_total", 'decision="accept"')}) / sum(${added("claude_code_code_edit_tool_decision_total")})`,
        },
      ],
    }),
    chart({
      title: "Cost by model",
      about: "Dollars in an hour.",
      unit: "currencyUSD",
      width: 12,
      queries: [{ expr: `3600 * sum by (model) (${rate("claude_code_cost_usage_USD_total")})`, legend: "{{model}}" }],
    }),
    chart({
      title: "Tokens by kind",
      about: "Tokens in a second: read, written, read from the cache, written to it.",
      unit: "short",
      width: 12,
      queries: [{ expr: `sum by (type) (${rate("claude_code_token_usage_tokens_total")})`, legend: "{{type}}" }],
    }),
    bars({
      title: "Lines of code",
      about: "Lines that were added and removed in the chosen time.",
      unit: "short",
      width: 12,
      queries: [{ expr: `sum by (type) (${added("claude_code_lines_of_code_count_total")})`, legend: "{{type}}" }],
    }),
    bars({
      title: "Edit decisions by tool",
      about: "What was decided about proposed edits.",
      unit: "short",
      width: 12,
      queries: [
        {
          expr: `sum by (tool_name, decision) (${added("claude_code_code_edit_tool_decision_total")})`,
          legend: "{{tool_name}} {{decision}}",
        },
      ],
    }),
  ],
});
