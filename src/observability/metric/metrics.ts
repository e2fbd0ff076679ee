import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Meters, MetricFamily, MetricSource } from "../../core/metric.ts";
import type { EngineObserver } from "../../core/observer.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Route } from "../../core/route.ts";
import type { SeriesPoint } from "../record.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { createEngineMetrics, engineFamilies } from "./engine-metric.ts";
import { createForeign, type Taken } from "./foreign.ts";
import { createKeeper } from "./keeper.ts";
import { createLook, lookErrors } from "./look.ts";
import { createMetricOperations } from "./operations.ts";
import { ownFamilies, tellOwn } from "./own-metric.ts";
import { createProcessSource } from "./process-source.ts";
import { queryMetrics, type MetricQuery, type QueryResult } from "./promql/query.ts";
import { scrapeRoute } from "./scrape-route.ts";
import type { LiveSeries } from "./series.ts";
import { createSeriesTable } from "./series-table.ts";

export type { MetricQuery, QueryResult } from "./promql/query.ts";

export interface MetricsOptions {
  readonly settings: ObservabilitySettings["metrics"];
  readonly store: TelemetryStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** The trace around the caller, for exemplars; null outside of every span. */
  readonly traceId: () => string | null;
  /** Of all rooms, once they are there. */
  readonly sources: () => readonly MetricSource[];
}

/** A family and its series as they stand; those of other programs have a label `job`. */
export interface Figure {
  readonly family: MetricFamily;
  readonly series: Iterable<LiveSeries>;
}

/** Figures: counted in memory, read by scrapers, kept in the store. */
export interface Metrics extends AsyncDisposable {
  readonly meters: Meters;
  readonly observer: EngineObserver;
  readonly routes: readonly Route[];
  readonly operations: readonly AnyOperation[];
  /** What is counted here itself, of the engine and of figures. */
  readonly own: MetricSource;
  /** All families that there are, with those that came from other programs. */
  families(): readonly MetricFamily[];
  /** All figures as they stand now, for who sends them on. */
  read(): Promise<readonly Figure[]>;
  /** Takes figures of another program, whose names and labels are checked here. */
  take(families: readonly MetricFamily[], points: readonly SeriesPoint[]): Taken;
  /** `usage.invalid` for an expression that cannot be read or is not of the part that is there. */
  query(query: MetricQuery, signal: AbortSignal): Promise<QueryResult>;
  /** Begins to keep what is counted; a process that only asks does not. */
  start(): void;
}

/** Opens and loads nothing until figures are read or kept. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { settings, store, clock, traceId } = options;
  const table = createSeriesTable({ clock, mostSeries: settings.mostSeries });
  const own = { families: [...engineFamilies, ...ownFamilies, lookErrors] };
  table.reserve([...ownFamilies, lookErrors]);
  table.declare(own.families);
  const foreign = createForeign(table, clock);
  const lookAtRooms = createLook({ ...options, table });
  const lookAtProcess = createProcessSource(table);
  const look = async (): Promise<void> => {
    await Promise.all([lookAtRooms(), lookAtProcess()]);
    foreign.forget();
    tellOwn(table, { version: options.version, counts: store.counts() });
  };
  const families = (): readonly MetricFamily[] => {
    table.declare(options.sources().flatMap((source) => source.families));
    return table.families();
  };
  const keeper = createKeeper({ table, sink: store.sink, clock, look });
  const query = (asked: MetricQuery, signal: AbortSignal): Promise<QueryResult> =>
    queryMetrics({ store, clock }, asked, signal);
  return {
    meters: {
      add: (family, labels, value = 1) => table.add({ family, labels, value, traceId: traceId() }),
      set: (family, labels, value) => table.set({ family, labels, value }),
      observe: (family, labels, value) => table.observe({ family, labels, value, traceId: traceId() }),
    },
    observer: createEngineMetrics(table),
    routes: [scrapeRoute({ table, look, isOpen: settings.open })],
    operations: createMetricOperations({ families, look, query, store, clock }),
    own,
    families,
    async read() {
      await look();
      return table.all();
    },
    take: (given, points) => foreign.take(given, points),
    query,
    start: () => keeper.start(),
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}
