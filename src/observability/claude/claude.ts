import type { AnyOperation } from "../../core/operation.ts";
import type { Metrics } from "../metric/metrics.ts";
import type { TelemetryStore } from "../store/telemetry-store.ts";

export interface ClaudeOptions {
  readonly store: TelemetryStore;
  readonly metrics: Metrics;
}

/** What Claude Code tells about itself, as views of its own. */
export function createClaudeOperations(_options: ClaudeOptions): readonly AnyOperation[] {
  return [];
}
