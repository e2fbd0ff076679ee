export const shells = ["bash", "fish", "powershell", "json"] as const;
export type Shell = (typeof shells)[number];

export interface TelemetryTarget {
  /** Where the daemon is: `http://127.0.0.1:8863`. */
  readonly url: string;
  readonly token: string;
}

/** What Claude Code must find in its environment to tell Tutti what it does. */
export function claudeVariables({ url, token }: TelemetryTarget): Readonly<Record<string, string>> {
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    // Spans are a beta of Claude Code, which has a switch of its own.
    CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
    OTEL_TRACES_EXPORTER: "otlp",
    // There is no default: without it nothing is sent.
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    // The token has no letter that would have to be encoded; Claude Code's own examples leave the space as it is.
    OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${token}`,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "cumulative",
    OTEL_METRIC_EXPORT_INTERVAL: "15000",
    OTEL_LOGS_EXPORT_INTERVAL: "5000",
    OTEL_TRACES_EXPORT_INTERVAL: "5000",
  };
}

const note = [
  "What Claude Code tells Tutti on this machine. Prompts, answers and contents of tools are left out;",
  "to send them, too, set OTEL_LOG_USER_PROMPTS, OTEL_LOG_ASSISTANT_RESPONSES, OTEL_LOG_TOOL_DETAILS,",
  "OTEL_LOG_TOOL_CONTENT or OTEL_LOG_RAW_API_BODIES to 1.",
];

const writers: Readonly<Record<Exclude<Shell, "json">, (name: string, value: string) => string>> = {
  bash: (name, value) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
};

/** Lines that a shell can read in, or the `env` of Claude Code's settings file. */
export function writeEnvironment(variables: Readonly<Record<string, string>>, shell: Shell): string {
  if (shell === "json") return JSON.stringify({ env: variables }, null, 2);
  const lines = Object.entries(variables).map(([name, value]) => writers[shell](name, value));
  return [...note.map((line) => `# ${line}`), ...lines].join("\n");
}

/** The shell of who calls, as far as the environment tells. */
export function shellOf(environment: Readonly<Record<string, string | undefined>>): Shell {
  const program = environment["SHELL"] ?? "";
  if (program.endsWith("fish")) return "fish";
  return program === "" && environment["PSModulePath"] !== undefined ? "powershell" : "bash";
}
