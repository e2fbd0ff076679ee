import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { silentMeters, type Meters, type MetricFamily, type MetricSource } from "../../core/metric.ts";
import { silentObserver, type EngineObserver } from "../../core/observer.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Route } from "../../core/route.ts";
import type { SeriesPoint } from "../record.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";

export interface MetricsOptions {
  readonly settings: ObservabilitySettings["metrics"];
  readonly store: TelemetryStore;
  readonly clock: Clock;
  readonly log: Log;
  /** The trace around the caller, for exemplars; null outside of every span. */
  readonly traceId: () => string | null;
  /** Of all rooms, once they are there. */
  readonly sources: () => readonly MetricSource[];
}

/** A vector as PromQL gives it: one value for each set of labels at each time. */
export interface QueryResult {
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
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

/** Figures: counted in memory, read by scrapers, kept in the store. */
export interface Metrics extends AsyncDisposable {
  readonly meters: Meters;
  readonly observer: EngineObserver;
  readonly routes: readonly Route[];
  readonly operations: readonly AnyOperation[];
  /** All families that there are, with those that came from other programs. */
  families(): readonly MetricFamily[];
  /** Takes figures of another program, whose names and labels are checked here. */
  take(
    families: readonly MetricFamily[],
    points: readonly SeriesPoint[],
  ): { readonly rejected: number; readonly reason: string | null };
  /** `usage.invalid` for an expression that cannot be read or is not of the part that is there. */
  query(query: MetricQuery, signal: AbortSignal): Promise<QueryResult>;
  /** Begins to keep what is counted; a process that only asks does not. */
  start(): void;
}

export function createMetrics(_options: MetricsOptions): Metrics {
  return {
    meters: silentMeters,
    observer: silentObserver,
    routes: [],
    operations: [],
    families: () => [],
    take: () => ({ rejected: 0, reason: null }),
    query: async () => ({ series: [] }),
    start: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
