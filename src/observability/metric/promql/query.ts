import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../../core/clock.ts";
import { TuttiError } from "../../../core/error.ts";
import type { Labels } from "../../../core/metric.ts";
import type { TelemetryStore } from "../../store/telemetry-store.ts";
import { compile } from "./compile.ts";
import { selectorsOf } from "./expression.ts";
import { noLabels } from "./label-set.ts";
import { loadAll } from "./load.ts";
import { parsePromql } from "./parse.ts";

/** A vector as PromQL gives it: one value for each set of labels at each time. */
export interface QueryResult {
  readonly series: readonly {
    readonly labels: Labels;
    /** Epoch milliseconds and values, oldest first. */
    readonly points: readonly (readonly [number, number])[];
  }[];
}

export interface MetricQuery {
  /** PromQL, the part that docs/observability.md names. */
  readonly expression: string;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

export interface QueryPorts {
  readonly store: TelemetryStore;
  readonly clock: Clock;
}

// As Prometheus has it: more than a screen shows.
const mostTimes = 11_000;
const mostResults = 500_000;
const longestMs = 10_000;
// Runs share this thread: none waits longer than this for a query.
const turnMs = 8;

/** What an expression gives from one time to another, at the end in any case; once, where both are the same. */
export async function queryMetrics(
  { store, clock }: QueryPorts,
  { expression: text, from, to, stepMs }: MetricQuery,
  signal: AbortSignal,
): Promise<QueryResult> {
  const times = timesOf({ from, to, stepMs });
  const began = clock.now();
  const expression = await parsePromql(text);
  await store.flush();
  const loaded = await loadAll({ store, text }, selectorsOf(expression), { from, to, stepMs, now: clock.now() });
  signal.throwIfAborted();
  const evaluate = compile({ text, loaded }, expression);
  const results = createResults();
  let turn = clock.now();
  for (const at of times) {
    results.put(at, evaluate(at));
    if (clock.now() - turn < turnMs) continue;
    await nextTurn();
    turn = clock.now();
    signal.throwIfAborted();
    if (turn - began > longestMs) throw tooLong();
  }
  return results.whole();
}

function timesOf({ from, to, stepMs }: Omit<MetricQuery, "expression">): number[] {
  if (to < from) {
    throw new TuttiError("usage.invalid", "the end lies before the start", {
      hint: "Give an earlier --since or --from.",
    });
  }
  const count = to === from ? 1 : Math.floor((to - from) / stepMs) + 1;
  if (!(count <= mostTimes)) {
    throw new TuttiError("usage.invalid", `that makes ${count} times; at most ${mostTimes} are computed at once`, {
      hint: "Ask for a larger --step, or for less time.",
    });
  }
  const times = Array.from({ length: count }, (_none, at) => from + at * stepMs);
  return times.at(-1) === to ? times : [...times, to];
}

type Evaluated = ReturnType<ReturnType<typeof compile>>;

function createResults() {
  const byKey = new Map<string, { readonly labels: Labels; readonly points: [number, number][] }>();
  let count = 0;
  return {
    put(at: number, value: Evaluated): void {
      const vector = typeof value === "number" ? [{ set: noLabels, value }] : value;
      count += vector.length;
      if (count > mostResults) throw tooMuch();
      for (const { set, value: figure } of vector) {
        const series = byKey.get(set.key) ?? { labels: set.labels, points: [] };
        byKey.set(set.key, series);
        series.points.push([at, figure]);
      }
    },
    whole: (): QueryResult => ({ series: [...byKey.values()] }),
  };
}

function tooMuch(): TuttiError {
  return new TuttiError("usage.invalid", `the answer would hold more than ${mostResults} figures`, {
    hint: "Sum over labels, as in sum by (model) (…), or ask for less time.",
  });
}

function tooLong(): TuttiError {
  return new TuttiError("usage.invalid", `the query took longer than ${longestMs / 1_000} s`, {
    hint: "Ask for less time, a larger step, or fewer series.",
  });
}
