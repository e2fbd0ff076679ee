import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { isDuration, notADurationText, toMs } from "../../core/duration.ts";
import { TuttiError } from "../../core/error.ts";
import type { MetricFamily } from "../../core/metric.ts";
import { operation, type AnyOperation } from "../../core/operation.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import type { MetricQuery, QueryResult } from "./promql/query.ts";

export interface MetricOperationPorts {
  readonly families: () => readonly MetricFamily[];
  /** Brings all figures up to date. */
  readonly look: () => Promise<void>;
  readonly query: (query: MetricQuery, signal: AbortSignal) => Promise<QueryResult>;
  readonly store: Pick<TelemetryStore, "seriesNames">;
  readonly clock: Clock;
}

const faces = ["cli", "http", "sdk", "mcp"] as const;
const read = { method: "GET", role: "viewer", effect: "read", idempotent: true, faces } as const;

export function createMetricOperations(ports: MetricOperationPorts): AnyOperation[] {
  return [listMetrics(ports), queryOperation(ports)];
}

const listed = z.object({
  name: z.string(),
  type: z.enum(["counter", "gauge", "histogram"]).nullable().describe("null where only stored figures tell of it"),
  help: z.string(),
  unit: z.string(),
  labels: z.array(z.string()),
  isStored: z.boolean().describe("Whether there are figures of it in the store, which metric.query reads"),
});

function listMetrics({ families, look, store }: MetricOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "metric.list",
    summary: "Lists the figures that there are, with what they mean",
    path: "/metrics",
    input: z.strictObject({
      name: z.string().min(1).optional().describe("Only those whose name contains this"),
    }),
    output: z.array(listed),
    empty: [],
    cli: {
      command: "metrics list",
      positional: ["name"],
      examples: ["tutti metrics list", "tutti metrics list queue"],
    },
    async handle({ name = "" }) {
      await look();
      const stored = new Map((await store.seriesNames()).map((series) => [series.name, series.labels]));
      const known = new Map(families().map((family) => [family.name, family]));
      return [...new Set([...known.keys(), ...stored.keys()])]
        .filter((one) => one.includes(name))
        .toSorted()
        .map((one) => toListed(one, known.get(one), stored.get(one)));
    },
  });
}

/** Of a name that is not declared the store alone knows: of another program, or of an earlier life of this one. */
function toListed(
  name: string,
  family: MetricFamily | undefined,
  stored: readonly string[] | undefined,
): z.infer<typeof listed> {
  const { type = null, help = "", unit = "", labels = [] } = family ?? {};
  return {
    name,
    type,
    help,
    unit,
    labels: [...new Set([...labels, ...(stored ?? [])])],
    isStored: stored !== undefined,
  };
}

const time = z
  .union([z.number(), z.string().min(1)])
  .describe('A time such as "2026-11-25T09:00:00Z", epoch milliseconds, or how long ago, such as "2h"');

function queryOperation({ query, clock }: MetricOperationPorts): AnyOperation {
  return operation({
    ...read,
    name: "metric.query",
    summary: "Computes an expression of PromQL over the stored figures: now, or over a time",
    path: "/metrics/query",
    input: z.strictObject({
      expression: z.string().min(1).max(10_000).describe("PromQL, the part that docs/observability.md names"),
      since: z
        .union([z.string(), z.number()])
        .refine(isDuration, notADurationText)
        .optional()
        .describe("Over the time from so long ago until now, such as 1h; without it and --from: the value now"),
      from: time.optional(),
      to: time.optional(),
      step: z
        .union([z.string(), z.number()])
        .refine(isDuration, notADurationText)
        .optional()
        .describe("From one value to the next; default: about 120 of them"),
    }),
    output: z.object({
      from: z.number(),
      to: z.number(),
      stepMs: z.number().describe("0 where it is one value"),
      series: z.array(
        z.object({
          labels: z.record(z.string(), z.string()),
          points: z
            .array(z.tuple([z.number(), z.number().nullable()]))
            .describe("Epoch milliseconds and values; null for what is not a number"),
        }),
      ),
    }),
    empty: { from: 0, to: 0, stepMs: 0, series: [] },
    cli: {
      command: "metrics query",
      positional: ["expression"],
      examples: [
        "tutti metrics query 'sum by (flow) (increase(tutti_runs_total[24h]))'",
        "tutti metrics query 'histogram_quantile(0.95, sum by (le) (rate(tutti_step_duration_seconds_bucket[5m])))' --since 6h",
      ],
    },
    async handle({ expression, ...asked }, { signal }) {
      const times = timesOf(asked, clock.now());
      const { series } = await query({ expression, ...times }, signal);
      return { ...times, series: series.map(({ labels, points }) => ({ labels, points: points.map(finite) })) };
    },
  });
}

/** JSON knows no NaN and no infinity. */
function finite([at, value]: readonly [number, number]): [number, number | null] {
  return [at, Number.isFinite(value) ? value : null];
}

interface AskedTimes {
  readonly since?: string | number | undefined;
  readonly from?: string | number | undefined;
  readonly to?: string | number | undefined;
  readonly step?: string | number | undefined;
}

const niceStepsMs = [10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1_000,
);
const usualCount = 120;

function timesOf({ since, from, to, step }: AskedTimes, now: number): Omit<MetricQuery, "expression"> {
  if (since !== undefined && from !== undefined) {
    throw new TuttiError("usage.invalid", "both since and from are given", { hint: "Give one of the two." });
  }
  const end = to === undefined ? now : instantOf(to, now);
  const start = since === undefined ? (from === undefined ? end : instantOf(from, now)) : end - toMs(since);
  if (start >= end) return { from: start, to: end, stepMs: 0 };
  const stepMs = step === undefined ? niceStep(end - start) : Math.max(1, toMs(step));
  // On whole multiples, so that a chart that is drawn again shows the same values; and the end itself: what is new is
  // not kept back until a long step is over.
  const first = Math.ceil(start / stepMs) * stepMs;
  return first > end ? { from: end, to: end, stepMs: 0 } : { from: first, to: end, stepMs };
}

function niceStep(spanMs: number): number {
  return niceStepsMs.find((stepMs) => spanMs / stepMs <= usualCount) ?? Math.ceil(spanMs / usualCount);
}

function instantOf(given: string | number, now: number): number {
  if (typeof given === "number") return given;
  if (/^\d+$/.test(given)) return Number(given);
  if (isDuration(given)) return now - toMs(given);
  const at = Date.parse(given);
  if (!Number.isNaN(at)) return at;
  throw new TuttiError("usage.invalid", `${JSON.stringify(given)} is no time`, {
    hint: 'Write "2026-11-25T09:00:00Z", epoch milliseconds, or how long ago, such as "2h".',
  });
}
