import type { EpochUs } from "../../record.ts";
import type { Figure } from "../../metric/metrics.ts";
import { toAttributes, toNanos, toResource } from "./message.ts";

export interface FiguresToSend {
  readonly figures: readonly Figure[];
  readonly version: string;
  /** Since when they count. */
  readonly since: EpochUs;
  readonly at: EpochUs;
}

const cumulative = 2;

/** A request with this process's own figures; those of others have a label that says whose they are, and stay here. */
export function toMetricsRequest({ figures, version, since, at }: FiguresToSend): object {
  const times = { startTimeUnixNano: toNanos(since), timeUnixNano: toNanos(at) };
  const metrics = figures.flatMap(({ family, series }) => {
    const points = [...series].filter(({ labels }) => labels["job"] === undefined);
    if (points.length === 0) return [];
    const { name, help: description, unit } = family;
    return [{ name, description, unit: units[unit] ?? "", ...toData(points, times) }];
  });
  const resource = { "service.version": version };
  return { resourceMetrics: [{ resource: toResource({ service: "tutti", resource }), scopeMetrics: [{ metrics }] }] };
}

/** As OpenTelemetry writes them. */
const units: Readonly<Record<string, string>> = { seconds: "s", bytes: "By", ratio: "1" };

type Live = Figure["series"] extends Iterable<infer Series> ? Series : never;

function toData(series: readonly Live[], times: object): object {
  const counters = series.flatMap((one) => (one.type === "counter" ? one : []));
  const gauges = series.flatMap((one) => (one.type === "gauge" && one.setAt !== null ? one : []));
  const histograms = series.flatMap((one) => (one.type === "histogram" ? one : []));
  const place = ({ labels }: Live): object => ({ ...times, attributes: toAttributes(labels) });
  if (counters.length > 0) {
    const dataPoints = counters.map((one) => Object.assign(place(one), { asDouble: one.value }));
    return { sum: { dataPoints, aggregationTemporality: cumulative, isMonotonic: true } };
  }
  if (histograms.length > 0) {
    const dataPoints = histograms.map((one) => Object.assign(place(one), toHistogram(one)));
    return { histogram: { dataPoints, aggregationTemporality: cumulative } };
  }
  return { gauge: { dataPoints: gauges.map((one) => Object.assign(place(one), { asDouble: one.value })) } };
}

function toHistogram({ sum, counts, bounds }: Extract<Live, { type: "histogram" }>): object {
  const count = counts.reduce((total, one) => total + one, 0);
  return { sum, count, bucketCounts: counts, explicitBounds: bounds };
}
