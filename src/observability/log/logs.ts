import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { AnyOperation } from "../../core/operation.ts";
import type { Tracer } from "../../core/trace.ts";
import type { ObservabilitySettings } from "../settings.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";

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

export function createLogs(_options: LogsOptions): Logs {
  return { keeping: (log) => log, operations: [] };
}
