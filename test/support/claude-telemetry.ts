/** What Claude Code sends, in the shape that it has: written by hand after its documentation, not recorded. */
export interface ClaudeWork {
  readonly session: string;
  /** Epoch milliseconds of its first record. */
  readonly at: number;
  readonly temporality: "delta" | "cumulative";
}

const [delta, cumulative] = [1, 2];

const resource = {
  attributes: [
    { key: "service.name", value: { stringValue: "claude-code" } },
    { key: "service.version", value: { stringValue: "2.1.330" } },
    { key: "os.type", value: { stringValue: "linux" } },
  ],
};

function attributes(values: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { doubleValue: value },
  }));
}

/** Events of a session that asks twice: two tools, one of which fails, a refused edit, an error of the API. */
export function claudeEvents({ session, at }: ClaudeWork): object {
  let passed = 0;
  const event = (name: string, values: Readonly<Record<string, string | number>>): object => {
    passed += 1_000;
    const common = { "session.id": session, "user.id": "u1", "event.name": name, "terminal.type": "vscode" };
    return {
      timeUnixNano: `${at + passed}000000`,
      body: { stringValue: `claude_code.${name}` },
      attributes: attributes({ ...common, ...values }),
      traceId: "5b8efff798038103d269b633813fc60c",
      spanId: "eee19b7ec3c1b174",
    };
  };
  const request = (model: string, cost: string): object =>
    event("api_request", {
      model,
      cost_usd: cost,
      duration_ms: "1500",
      input_tokens: "100",
      output_tokens: "20",
      cache_read_tokens: "3000",
      cache_creation_tokens: "40",
    });
  const logRecords = [
    event("user_prompt", { prompt_length: "12" }),
    request("claude-opus-4-8", "0.25"),
    event("tool_decision", { tool_name: "Edit", decision: "accept", source: "config" }),
    event("tool_result", { tool_name: "Edit", success: "true", duration_ms: "12" }),
    event("user_prompt", { prompt_length: "40" }),
    request("claude-haiku-4-5", "0.01"),
    event("tool_decision", { tool_name: "Write", decision: "reject", source: "user_reject" }),
    event("tool_result", { tool_name: "Bash", success: "false", duration_ms: "250", error: "exit 1" }),
    event("api_error", { model: "claude-opus-4-8", error: "overloaded", status_code: "529", attempt: 1 }),
  ];
  const scope = { name: "com.anthropic.claude_code.events", version: "2.1.330" };
  return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] };
}

/** Its counters, at one time; `turn` counts from 1, and each adds the same. */
export function claudeFigures({ session, at, temporality }: ClaudeWork, turn: number): object {
  const isDelta = temporality === "delta";
  const [start, end] = [isDelta ? at + (turn - 1) * 60_000 : at, at + turn * 60_000];
  const times = { startTimeUnixNano: `${start}000000`, timeUnixNano: `${end}000000` };
  const counter = (
    name: string,
    unit: string,
    added: readonly (readonly [number, Record<string, string>])[],
  ): object => ({
    name: `claude_code.${name}`,
    unit,
    description: `What ${name} counts`,
    sum: {
      aggregationTemporality: isDelta ? delta : cumulative,
      isMonotonic: true,
      dataPoints: added.map(([value, values]) => ({
        ...times,
        asDouble: isDelta ? value : value * turn,
        attributes: attributes({ "session.id": session, "user.id": "u1", ...values }),
      })),
    },
  });
  const model = "claude-opus-4-8";
  const metrics = [
    counter("cost.usage", "USD", [[0.5, { model }]]),
    counter("token.usage", "tokens", [
      [1_000, { type: "input", model }],
      [200, { type: "output", model }],
      [9_000, { type: "cacheRead", model }],
      [400, { type: "cacheCreation", model }],
    ]),
    counter("lines_of_code.count", "", [
      [30, { type: "added" }],
      [4, { type: "removed" }],
    ]),
    counter("code_edit_tool.decision", "", [
      [3, { tool_name: "Edit", decision: "accept", language: "TypeScript" }],
      [1, { tool_name: "Write", decision: "reject", language: "Markdown" }],
    ]),
    counter("commit.count", "", [[1, {}]]),
    counter("active_time.total", "s", [[45, { type: "user" }]]),
  ];
  const scope = { name: "com.anthropic.claude_code", version: "2.1.330" };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] };
}
