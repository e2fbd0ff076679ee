import type { Labels, MetricFamily } from "../../core/metric.ts";
import type { ExpositionFormat } from "./accept.ts";
import type { Exemplar, HistogramSeries, LiveSeries } from "./series.ts";

export interface Exposed {
  readonly family: MetricFamily;
  readonly series: Iterable<LiveSeries>;
}

/** All figures as scrapers read them. */
export function expose(families: readonly Exposed[], format: ExpositionFormat): string {
  const isOpen = format === "openmetrics";
  const lines = families.flatMap(({ family, series }) => [
    ...headOf(family, isOpen),
    ...[...series].flatMap((one) => linesOf(family.name, one, isOpen)),
  ]);
  return `${[...lines, ...(isOpen ? ["# EOF"] : [])].join("\n")}\n`;
}

function headOf({ name, type, help, unit }: MetricFamily, isOpen: boolean): string[] {
  // OpenMetrics calls a counter by what stands before `_total`.
  const own = isOpen && type === "counter" ? name.replace(/_total$/, "") : name;
  const text = isOpen ? escapeValue(help) : escapeHelp(help);
  return [
    `# HELP ${own} ${text}`,
    `# TYPE ${own} ${type}`,
    ...(isOpen && unit !== "" && own.endsWith(`_${unit}`) ? [`# UNIT ${own} ${unit}`] : []),
  ];
}

function linesOf(name: string, series: LiveSeries, isOpen: boolean): string[] {
  const labels = pairsOf(series.labels);
  if (series.type === "histogram") return histogramLines(name, series, isOpen);
  const example = series.type === "counter" ? exemplarText(series.exemplar, isOpen) : "";
  return [`${name}${braced(labels)} ${numberText(series.value)}${example}`];
}

function histogramLines(name: string, series: HistogramSeries, isOpen: boolean): string[] {
  const labels = pairsOf(series.labels);
  let below = 0;
  const buckets = series.counts.map((count, at) => {
    below += count;
    const bound = numberText(series.bounds[at] ?? Infinity);
    const example = exemplarText(series.exemplars[at] ?? null, isOpen);
    return `${name}_bucket${braced([...labels, `le="${bound}"`])} ${below}${example}`;
  });
  return [
    ...buckets,
    `${name}_sum${braced(labels)} ${numberText(series.sum)}`,
    `${name}_count${braced(labels)} ${below}`,
  ];
}

function exemplarText(exemplar: Exemplar | null, isOpen: boolean): string {
  if (!isOpen || exemplar === null) return "";
  return ` # {trace_id="${exemplar.traceId}"} ${numberText(exemplar.value)} ${exemplar.at / 1_000}`;
}

function pairsOf(labels: Labels): string[] {
  return Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
}

function braced(pairs: readonly string[]): string {
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** As Prometheus writes and reads it, also as the value of `le`. */
export function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
