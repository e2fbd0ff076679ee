import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { TelemetryStore } from "./telemetry-store.ts";

export interface TelemetryStoreOptions {
  /** telemetry.db, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  /** Of this process alone: what is told here must not come back as a record. */
  readonly log: Log;
  /** Share of finished traces without errors that stay. */
  readonly sample: number;
}

const nothing = async (): Promise<never[]> => [];

export function createTelemetryStore(_options: TelemetryStoreOptions): TelemetryStore {
  return {
    sink: { spans: () => undefined, logs: () => undefined, points: () => undefined },
    counts: () => ({ accepted: 0, dropped: 0, failed: 0 }),
    traces: nothing,
    countTraces: async () => 0,
    trace: nothing,
    logs: nothing,
    countLogs: async () => 0,
    series: async ({ stepMs }) => ({ resolutionMs: stepMs, series: [] }),
    seriesNames: nothing,
    labelValues: nothing,
    follow: async (_kind, after) => ({ records: [], cursor: after }),
    remember: async () => undefined,
    recall: async () => null,
    size: async () => ({
      bytes: 0,
      spans: 0,
      traces: 0,
      logs: 0,
      points: 0,
      oldest: { spans: null, logs: null, points: null },
    }),
    prune: async () => 0,
    thin: async () => 0,
    vacuum: async () => undefined,
    flush: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
