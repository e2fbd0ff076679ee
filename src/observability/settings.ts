import { z } from "zod";
import type { ConfigSection } from "../core/capability.ts";
import { isDuration, notADurationText } from "../core/duration.ts";

const duration = z.union([z.string(), z.number()]).refine(isDuration, notADurationText);

export const tracesSection = {
  name: "traces",
  schema: z.strictObject({
    enabled: z.boolean().default(true).describe("Write spans of runs, steps and model calls."),
    content: z
      .enum(["off", "redacted", "on"])
      .default("off")
      .describe(
        "Whether spans hold what models were asked and answered: not, without what looks like a secret, or whole. The run's own record has it anyway.",
      ),
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe("Share of finished traces that are kept; those with an error, and the slowest, always are."),
    keep: duration.default("14d").describe("How long spans are kept."),
  }),
} as const satisfies ConfigSection;

export const logsSection = {
  name: "logs",
  schema: z.strictObject({
    level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("The least that is kept."),
    keep: duration.default("14d").describe("How long log records are kept."),
  }),
} as const satisfies ConfigSection;

export const metricsSection = {
  name: "metrics",
  schema: z.strictObject({
    keep: duration.default("2d").describe("How long figures are kept by the minute."),
    keepHours: duration.default("90d").describe("How long figures are kept by the hour; those of a day stay."),
    open: z.boolean().default(false).describe("Let programs read /metrics without the token."),
    mostSeries: z
      .int()
      .min(100)
      .default(5_000)
      .describe("Series that are kept; what would be one more is dropped and counted."),
  }),
} as const satisfies ConfigSection;

export const otlpSection = {
  name: "otlp",
  schema: z.strictObject({
    receive: z
      .boolean()
      .default(true)
      .describe("Take spans, metrics and logs of other programs at /v1/traces, /v1/metrics and /v1/logs."),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        "A collector that spans, metrics and logs are sent on to, such as http://127.0.0.1:4318. Unset: nothing is sent.",
      ),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe("Headers for the collector; ${NAME} takes a variable of the environment."),
  }),
} as const satisfies ConfigSection;

export const alertsSection = {
  name: "alerts",
  schema: z.strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe("Look at alert rules; off on all but one of the hosts that share a database."),
    channels: z
      .array(z.string().min(1))
      .default(["log"])
      .describe("Where alerts are told beside the web UI: log, desktop, or names of section notify."),
  }),
} as const satisfies ConfigSection;

export const observabilitySections: readonly ConfigSection[] = [
  tracesSection,
  logsSection,
  metricsSection,
  otlpSection,
  alertsSection,
];

export interface ObservabilitySettings {
  readonly traces: z.output<typeof tracesSection.schema>;
  readonly logs: z.output<typeof logsSection.schema>;
  readonly metrics: z.output<typeof metricsSection.schema>;
  readonly otlp: z.output<typeof otlpSection.schema>;
  readonly alerts: z.output<typeof alertsSection.schema>;
}
