import type { Dashboard, Panel, Source, Target } from "./model.ts";

/** Prometheus, whichever of Grafana's the reader has chosen. */
export const source: Source = { type: "prometheus", uid: "${DS_PROMETHEUS}" };

// The last that Grafana 10 knows; newer ones bring it up to date when they load it.
const schemaVersion = 39;
const columns = 24;
// Several instances may be scraped; a reader chooses.
const chosen = 'job=~"$job",instance=~"$instance"';

/** A selector for the chosen instances: `of("tutti_runs_total", 'status="failed"')`. */
export function of(metric: string, matchers = ""): string {
  return `${metric}{${chosen}${matchers === "" ? "" : `,${matchers}`}}`;
}

/** What was added in a second, over the span that fits the chart. */
export function rate(metric: string, matchers = ""): string {
  return `rate(${of(metric, matchers)}[$__rate_interval])`;
}

/** What was added in the chart's whole range. */
export function added(metric: string, matchers = ""): string {
  return `increase(${of(metric, matchers)}[$__range])`;
}

/** A quantile of a histogram, for each set of the labels. */
export function quantile(share: number, metric: string, labels: readonly string[] = []): string {
  return `histogram_quantile(${share}, sum by (${["le", ...labels].join(", ")}) (${rate(`${metric}_bucket`)}))`;
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

export interface PanelShape {
  readonly title: string;
  /** What it says and when to worry. */
  readonly about: string;
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of 24 columns; default 8. */
  readonly width?: number;
  readonly height?: number;
  readonly max?: number;
}

type Placed = Omit<Panel, "id" | "gridPos"> & { readonly w: number; readonly h: number };

/** Lines over time. */
export function chart(shape: PanelShape): Placed {
  return {
    ...common(shape, { w: 8, h: 8, isInstant: false }),
    type: "timeseries",
    fieldConfig: {
      defaults: {
        unit: shape.unit,
        min: 0,
        ...(shape.max === undefined ? {} : { max: shape.max }),
        color: { mode: "palette-classic" },
        custom: { drawStyle: "line", lineWidth: 1, fillOpacity: 10, showPoints: "never", spanNulls: false },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: "list", placement: "bottom", showLegend: true },
      tooltip: { mode: "multi", sort: "desc" },
    },
  };
}

/** One figure, with the thresholds from which it is to be seen. */
export function figure(shape: PanelShape & { readonly worryAt?: number }): Placed {
  const steps = [
    { value: null, color: "green" },
    ...(shape.worryAt === undefined ? [] : [{ value: shape.worryAt, color: "red" }]),
  ];
  return {
    ...common(shape, { w: 4, h: 4, isInstant: true }),
    type: "stat",
    fieldConfig: {
      defaults: {
        unit: shape.unit,
        noValue: "–",
        color: { mode: "thresholds" },
        thresholds: { mode: "absolute", steps },
      },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
      colorMode: "value",
      graphMode: "none",
      textMode: "auto",
    },
  };
}

/** The largest of several, as bars. */
export function bars(shape: PanelShape): Placed {
  return {
    ...common(shape, { w: 8, h: 8, isInstant: true }),
    type: "bargauge",
    fieldConfig: {
      defaults: { unit: shape.unit, min: 0, color: { mode: "palette-classic" } },
      overrides: [],
    },
    options: {
      orientation: "horizontal",
      displayMode: "basic",
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
    },
  };
}

interface Usual {
  readonly w: number;
  readonly h: number;
  readonly isInstant: boolean;
}

function common({ title, about, queries, width, height }: PanelShape, { w, h, isInstant }: Usual) {
  const targets = queries.map(({ expr, legend = "" }, index): Target => ({
    refId: String.fromCharCode("A".charCodeAt(0) + index),
    datasource: source,
    expr,
    legendFormat: legend,
    exemplar: !isInstant && expr.startsWith("histogram_quantile"),
    ...(isInstant ? { instant: true } : {}),
  }));
  return { title, description: about, datasource: source, targets, w: width ?? w, h: height ?? h };
}

export interface DashboardShape {
  readonly uid: string;
  readonly title: string;
  readonly about: string;
  /** A metric that every instance of what is shown has: from it the instances are known. */
  readonly known: string;
  readonly panels: readonly Placed[];
}

/** Lays panels out from left to right, row by row. */
export function dashboard({ uid, title, about, known, panels }: DashboardShape): Dashboard {
  return {
    uid,
    title,
    description: about,
    tags: ["tutti"],
    timezone: "browser",
    editable: true,
    graphTooltip: 1,
    time: { from: "now-6h", to: "now" },
    refresh: "30s",
    schemaVersion,
    panels: place(panels),
    templating: { list: [sourceVariable, variable("job", `label_values(${known}, job)`), instanceOf(known)] },
    annotations: { list: [alertsFiring] },
    links: [otherDashboards],
  };
}

function place(panels: readonly Placed[]): Panel[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map(({ w, h, ...panel }, index) => {
    if (x + w > columns) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { h, w, x, y };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return { id: index + 1, ...panel, gridPos };
  });
}

const sourceVariable: Dashboard["templating"]["list"][number] = {
  type: "datasource",
  name: "DS_PROMETHEUS",
  label: "Data source",
  query: "prometheus",
  current: { text: "default", value: "default" },
  options: [],
};

function variable(name: string, query: string): Dashboard["templating"]["list"][number] {
  return {
    type: "query",
    name,
    label: name,
    query,
    datasource: source,
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: ".+",
    current: { text: ["All"], value: ["$__all"] },
    options: [],
  };
}

function instanceOf(known: string): Dashboard["templating"]["list"][number] {
  return variable("instance", `label_values(${known}{job=~"$job"}, instance)`);
}

const alertsFiring: Dashboard["annotations"]["list"][number] = {
  name: "Alerts that fire",
  datasource: source,
  enable: true,
  expr: 'tutti_alerts{job=~"$job",instance=~"$instance",state="firing"} > 0',
  iconColor: "red",
  titleFormat: "An alert of Tutti fires",
};

const otherDashboards: Dashboard["links"][number] = {
  title: "Tutti",
  type: "dashboards",
  icon: "external link",
  tooltip: "The other dashboards of Tutti",
  tags: ["tutti"],
  asDropdown: true,
  targetBlank: false,
  includeVars: true,
  keepTime: true,
};
