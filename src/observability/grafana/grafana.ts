import type { AnyOperation } from "../../core/operation.ts";
import type { AlertRule } from "../alert/alerts.ts";
import type { MetricFamily } from "../../core/metric.ts";

export interface GrafanaOptions {
  readonly rules: () => Promise<readonly AlertRule[]>;
  readonly families: () => readonly MetricFamily[];
}

/** Files for Grafana and Prometheus. */
export function createGrafanaOperations(_options: GrafanaOptions): readonly AnyOperation[] {
  return [];
}
