import type { Labels, MetricFamily } from "../../core/metric.ts";
import type { HistogramState, SeriesTable } from "./series-table.ts";

// Gauges whose names end as counters' do; the same is told by nodejs_active_resources.
const misnamed: readonly string[] = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

interface ProcessMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Partial<Record<string, string | number>>>;
    readonly metricName?: string;
  }[];
}

/** What Node tells of this process, by the names that everybody's dashboards know. Loaded when it is first asked. */
export function createProcessSource(table: SeriesTable): () => Promise<void> {
  let reading: Promise<() => Promise<readonly ProcessMetric[]>> | null = null;
  return async () => {
    reading ??= startReading();
    for (const metric of await (await reading)()) if (!misnamed.includes(metric.name)) show(table, metric);
  };
}

async function startReading(): Promise<() => Promise<readonly ProcessMetric[]>> {
  const { default: client } = await import("prom-client");
  const register = new client.Registry();
  client.collectDefaultMetrics({ register });
  return async () => (await register.getMetricsAsJSON()) as unknown as readonly ProcessMetric[];
}

function show(table: SeriesTable, metric: ProcessMetric): void {
  const family = toFamily(metric);
  if (family === null) return;
  if (family.type === "histogram") table.replaceHistogram(family, statesOf(metric));
  else {
    // The delay of the event loop is none before its first turn was watched.
    const values = metric.values.filter(({ value }) => Number.isFinite(value));
    table.replace(
      family,
      values.map(({ labels, value }) => ({ labels: toLabels(labels), value })),
    );
  }
}

function toFamily({ name, help, type, values }: ProcessMetric): MetricFamily | null {
  if (type !== "counter" && type !== "gauge" && type !== "histogram") return null;
  const names = Object.keys(values[0]?.labels ?? {}).filter((label) => label !== "le");
  const unit = /_(seconds|bytes)(_total)?$/.exec(name)?.[1] ?? "";
  return { name, help, type, unit, labels: names };
}

/** A histogram is told line by line: buckets that hold what lies below them, a sum and a count. */
function statesOf({ name, values }: ProcessMetric): HistogramState[] {
  const kinds = Map.groupBy(values, ({ labels }) => String(labels["kind"] ?? ""));
  return [...kinds.values()].map((lines) => {
    const buckets = lines.filter(({ metricName }) => metricName === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => labels["le"]).filter((bound) => typeof bound === "number");
    const below = buckets.map(({ value }) => value);
    const { le: _le, ...labels } = lines[0]?.labels ?? {};
    return {
      labels: toLabels(labels),
      bounds,
      counts: below.map((value, at) => value - (below[at - 1] ?? 0)),
      sum: lines.find(({ metricName }) => metricName === `${name}_sum`)?.value ?? 0,
    };
  });
}

function toLabels(labels: ProcessMetric["values"][number]["labels"]): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value ?? "")]));
}
