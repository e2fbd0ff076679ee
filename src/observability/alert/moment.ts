import type { TelemetryStore } from "../store/telemetry-store.ts";
import type { AlertQuery } from "./rule.ts";

export type MomentPorts = Pick<TelemetryStore, "logs" | "traces">;

export interface MomentRange {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly signal: AbortSignal;
}

const pageSize = 1_000;
// The newest are read first; what lies before so many is left out and said to be.
const mostRead = 20_000;

/** How many records matched within the window before each step, from one reading of all of them. */
export async function momentsOf(
  store: MomentPorts,
  query: Exclude<AlertQuery, { kind: "metrics" }>,
  { from, to, stepMs, signal }: MomentRange,
): Promise<{ readonly points: readonly (readonly [number, number])[]; readonly isCut: boolean }> {
  const filter = { query: query.query, since: from - query.windowMs, until: to };
  const read = query.kind === "logs" ? logTimes : traceTimes;
  const { times, isCut } = await read(store, filter, signal);
  const sorted = times.toSorted((a, b) => a - b);
  const points: (readonly [number, number])[] = [];
  let [begin, end] = [0, 0];
  for (let now = from; now <= to; now += stepMs) {
    while (end < sorted.length && (sorted[end] ?? 0) <= now) end += 1;
    while (begin < end && (sorted[begin] ?? 0) < now - query.windowMs) begin += 1;
    points.push([now, end - begin]);
  }
  return { points, isCut };
}

interface Filter {
  readonly query: string;
  readonly since: number;
  readonly until: number;
}

interface Times {
  readonly times: readonly number[];
  readonly isCut: boolean;
}

async function logTimes(store: MomentPorts, filter: Filter, signal: AbortSignal): Promise<Times> {
  const times: number[] = [];
  let before: number | undefined;
  while (times.length < mostRead) {
    signal.throwIfAborted();
    const page = await store.logs({ ...filter, before, limit: pageSize });
    times.push(...page.map(({ at }) => at / 1_000));
    if (page.length < pageSize) return { times, isCut: false };
    before = Math.min(...page.map(({ seq }) => seq));
  }
  return { times, isCut: true };
}

async function traceTimes(store: MomentPorts, filter: Filter, signal: AbortSignal): Promise<Times> {
  const times: number[] = [];
  let before: string | undefined;
  while (times.length < mostRead) {
    signal.throwIfAborted();
    const page = await store.traces({ ...filter, before, limit: pageSize });
    times.push(...page.map(({ startedAt }) => startedAt));
    if (page.length < pageSize) return { times, isCut: false };
    before = page.at(-1)?.traceId;
  }
  return { times, isCut: true };
}
