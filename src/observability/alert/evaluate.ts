import type { EpochMs } from "../../core/clock.ts";
import { toFailure } from "../../core/error.ts";
import type { Metrics } from "../metric/metrics.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { labelKey, sorted } from "./labels.ts";
import { unknownNames } from "./metric-name.ts";
import type { AlertQuery, AlertRule, Labels } from "./rule.ts";
import type { Observation } from "./state.ts";

/** What rules are looked up in. */
export interface EvaluatePorts {
  readonly metrics: Pick<Metrics, "query">;
  readonly store: Pick<TelemetryStore, "countLogs" | "countTraces" | "seriesNames">;
}

/** What a rule's query gives now. */
export type Evaluation =
  | { readonly outcome: "seen"; readonly observations: readonly Observation[] }
  | { readonly outcome: "no_data" | "error"; readonly problem: string };

// What takes longer than this takes longer than the pause to the next turn.
const limitMs = 5_000;
/** More alerts of one rule at once are noise, and a sign of a label that names single things. */
export const mostInstances = 500;

/** Looks at a rule once. Never throws, unless the caller goes away. */
export async function evaluate(
  { metrics, store }: EvaluatePorts,
  { query, labels }: Pick<AlertRule, "query" | "labels">,
  { now, signal }: { readonly now: EpochMs; readonly signal: AbortSignal },
): Promise<Evaluation> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  try {
    const found = await Promise.race([
      query.kind === "metrics"
        ? lookUp({ metrics, store }, query.expression, { now, signal: limited })
        : count(store, query, now),
      ended(limited),
    ]);
    return withLabels(found, labels);
  } catch (error) {
    if (signal.aborted) throw error;
    const problem = limited.aborted
      ? `it took longer than ${limitMs / 1_000} s`
      : toFailure(error, "internal.defect").message;
    return { outcome: "error", problem };
  }
}

async function lookUp(
  { metrics, store }: EvaluatePorts,
  expression: string,
  { now, signal }: { readonly now: EpochMs; readonly signal: AbortSignal },
): Promise<Evaluation> {
  const { series } = await metrics.query({ expression, from: now, to: now, stepMs: 15_000 }, signal);
  const observations = series.flatMap(({ labels: { __name__: _name, ...labels }, points }) => {
    const value = points.at(-1)?.[1];
    return value === undefined || Number.isNaN(value) ? [] : [observationOf(labels, value)];
  });
  if (observations.length > 0) return { outcome: "seen", observations };
  const known = new Set((await store.seriesNames()).map(({ name }) => name));
  const unknown = unknownNames(expression, known);
  if (unknown.length === 0) return { outcome: "seen", observations };
  return { outcome: "no_data", problem: `nothing has been kept of ${unknown.join(", ")}` };
}

async function count(
  store: EvaluatePorts["store"],
  { kind, query, windowMs, above }: Exclude<AlertQuery, { kind: "metrics" }>,
  now: EpochMs,
): Promise<Evaluation> {
  const filter = { query, since: now - windowMs, until: now };
  const found = await (kind === "logs" ? store.countLogs(filter) : store.countTraces(filter));
  return { outcome: "seen", observations: found > above ? [observationOf({}, found)] : [] };
}

function withLabels(found: Evaluation, labels: Labels): Evaluation {
  if (found.outcome !== "seen") return found;
  if (found.observations.length > mostInstances) {
    const problem = `it gives ${found.observations.length} sets of labels, at most ${mostInstances} can be watched: add up with sum by (…)`;
    return { outcome: "error", problem };
  }
  const merged = found.observations.map(({ labels: own, value }) => observationOf({ ...own, ...labels }, value));
  // Labels of the rule may lay two sets on one another.
  return { outcome: "seen", observations: [...new Map(merged.map((one) => [one.key, one])).values()] };
}

function observationOf(labels: Labels, value: number): Observation {
  return { key: labelKey(labels), labels: sorted(labels), value: finite(value) };
}

/** JSON has no infinity, which a division by nothing gives. */
function finite(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
