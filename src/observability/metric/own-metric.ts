import type { MetricFamily } from "../../core/metric.ts";
import type { TelemetryCounts } from "../store/telemetry-store.ts";
import type { SeriesTable } from "./series-table.ts";

const buildInfo: MetricFamily = {
  name: "tutti_build_info",
  type: "gauge",
  help: "Always 1; the version of Tutti that tells these figures.",
  unit: "",
  labels: ["version"],
};

const telemetryRecords: MetricFamily = {
  name: "tutti_telemetry_records_total",
  type: "counter",
  help: "Spans, log records and figures that were handed to the store: accepted, dropped where there was no room, or failed.",
  unit: "",
  labels: ["outcome"],
};

const droppedSamples: MetricFamily = {
  name: "tutti_metric_samples_dropped_total",
  type: "counter",
  help: "Figures that were not counted, by why: more series than metrics.mostSeries, no number, a name of another type.",
  unit: "",
  labels: ["reason"],
};

export const ownFamilies: readonly MetricFamily[] = [buildInfo, telemetryRecords, droppedSamples];

/** What this room tells of itself. */
export function tellOwn(
  table: SeriesTable,
  { version, counts }: { readonly version: string; readonly counts: TelemetryCounts },
): void {
  table.replace(buildInfo, [{ labels: { version }, value: 1 }]);
  const { accepted, dropped, failed } = counts;
  table.replace(
    telemetryRecords,
    Object.entries({ accepted, dropped, failed }).map(([outcome, value]) => ({ labels: { outcome }, value })),
  );
  table.replace(
    droppedSamples,
    [...table.dropped()].map(([reason, value]) => ({ labels: { reason }, value })),
  );
}
