import type { EpochMs } from "../../core/clock.ts";
import type { QueryResult } from "../metric/metrics.ts";
import { comparisonOf } from "./comparison.ts";
import type { EvaluatePorts } from "./evaluate.ts";
import { labelKey, sorted } from "./labels.ts";
import { momentsOf, type MomentPorts } from "./moment.ts";
import type { AlertQuery, AlertRule, Labels } from "./rule.ts";
import { advance, type Instance, type Observation } from "./state.ts";

export interface PreviewPorts {
  readonly metrics: EvaluatePorts["metrics"];
  readonly store: MomentPorts;
}

/** What a rule would have done. */
export interface Preview {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: number;
  /** How often it would have begun to fire. */
  readonly fired: number;
  /** How long it would have fired, each moment counted once. */
  readonly firingMs: number;
  readonly intervals: readonly Interval[];
  readonly series: QueryResult["series"];
  /** The line in the chart; null where the query compares with none. */
  readonly threshold: number | null;
  /** Whether there was more than can be looked through. */
  readonly isCut: boolean;
}

export interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly labels: Labels;
  /** It would still fire. */
  readonly isOpen: boolean;
}

export interface PreviewRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly signal: AbortSignal;
}

// A step of a minute over a day; what is shorter than a step is seen by the watch and not here.
const steps = 1_440;
const shortestStepMs = 15_000;
const mostSeries = 5;
const mostPoints = 288;

/** Goes through the time as the watch would have, by the same rules. */
export async function preview(
  ports: PreviewPorts,
  { query, forMs, labels }: Pick<AlertRule, "query" | "forMs" | "labels">,
  { from, to, signal }: PreviewRange,
): Promise<Preview> {
  const stepMs = Math.max(shortestStepMs, Math.ceil((to - from) / steps / 1_000) * 1_000);
  const range = { from, to, stepMs, signal };
  const found = await look(ports, query, range);
  const seen = found.active.series.map(({ labels: { __name__: _name, ...own }, points }) => ({
    labels: sorted({ ...own, ...labels }),
    at: new Map(points.map(([at, value]) => [Math.round((at - from) / stepMs), value])),
  }));
  const intervals = seen.flatMap((one) => intervalsOf(one, { ...range, forMs }));
  return {
    from,
    to,
    stepMs,
    fired: intervals.length,
    firingMs: covered(intervals),
    intervals: intervals.toSorted((a, b) => a.from - b.from),
    series: found.shown.series.slice(0, mostSeries).map(thinned),
    threshold: found.threshold,
    isCut: found.isCut,
  };
}

interface Range extends PreviewRange {
  readonly stepMs: number;
}

interface Found {
  /** Points where it was so. */
  readonly active: QueryResult;
  /** What is drawn. */
  readonly shown: QueryResult;
  readonly threshold: number | null;
  readonly isCut: boolean;
}

async function look({ metrics, store }: PreviewPorts, query: AlertQuery, range: Range): Promise<Found> {
  const { signal, ...times } = range;
  if (query.kind !== "metrics") {
    const { points, isCut } = await momentsOf(store, query, range);
    const above = points.filter(([, value]) => value > query.above);
    return { active: only(above), shown: only(points), threshold: query.above, isCut };
  }
  const active = await metrics.query({ ...times, expression: query.expression }, signal);
  const comparison = comparisonOf(query.expression);
  if (comparison === null) return { active, shown: active, threshold: null, isCut: false };
  const shown = await metrics.query({ ...times, expression: comparison.left }, signal);
  return { active, shown, threshold: comparison.threshold, isCut: false };
}

function only(points: readonly (readonly [number, number])[]): QueryResult {
  return { series: points.length === 0 ? [] : [{ labels: {}, points }] };
}

interface Seen {
  readonly labels: Labels;
  /** By the number of the step. */
  readonly at: ReadonlyMap<number, number>;
}

function intervalsOf(
  { labels, at }: Seen,
  { from, to, stepMs, forMs }: Range & { readonly forMs: number },
): Interval[] {
  const intervals: Interval[] = [];
  const key = labelKey(labels);
  let known: Instance | undefined;
  for (let now = from; now <= to; now += stepMs) {
    const value = at.get(Math.round((now - from) / stepMs));
    const seen: Observation | undefined = value === undefined ? undefined : { key, labels, value };
    const { next, change } = advance(known, seen, { now, unseenMs: 0, forMs });
    if (change?.before === "firing" && known)
      intervals.push({ from: known.since, to: known.clearSince ?? now, labels, isOpen: false });
    known = next ?? undefined;
  }
  if (known?.state === "firing") intervals.push({ from: known.since, to, labels, isOpen: true });
  return intervals;
}

/** How long any of them lasts. */
function covered(intervals: readonly Interval[]): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}

/** As many points as a chart has room for; of each part the highest, since that is what an alert is about. */
function thinned({ labels, points }: QueryResult["series"][number]): QueryResult["series"][number] {
  if (points.length <= mostPoints) return { labels, points };
  const size = Math.ceil(points.length / mostPoints);
  const parts = Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size),
  );
  return { labels, points: parts.map((part) => part.reduce((most, point) => (point[1] > most[1] ? point : most))) };
}
