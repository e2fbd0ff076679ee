import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Tracer } from "../../core/trace.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";
import { keptLog } from "./kept-log.ts";
import { toLogRecord } from "./log-record.ts";
import { createLogOperations } from "./operations.ts";

export interface LogsOptions {
  readonly settings: ObservabilitySettings["logs"];
  readonly store: TelemetryStore;
  readonly tracer: () => Tracer;
  readonly clock: Clock;
  readonly version: string;
}

export interface Logs {
  /** The same log, which is kept as well, with the trace and the run that it is of. */
  keeping(log: Log): Log;
  readonly operations: readonly AnyOperation[];
}

export function createLogs({ settings, store, tracer, clock, version }: LogsOptions): Logs {
  return {
    keeping: (log) =>
      keptLog(log, settings.level, (level, event, fields) => {
        const line = { level, event, fields, at: clock.now(), trace: tracer().current(), version };
        store.sink.logs([toLogRecord(line)]);
      }),
    operations: createLogOperations({ store, clock }),
  };
}
