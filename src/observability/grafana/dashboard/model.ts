/** The part of Grafana's classic dashboard that we write; a test holds it against the published schema. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: string[];
  readonly timezone: "browser";
  readonly editable: boolean;
  readonly graphTooltip: 1;
  readonly time: { readonly from: string; readonly to: string };
  readonly refresh: string;
  readonly schemaVersion: number;
  readonly panels: Panel[];
  readonly templating: { readonly list: Variable[] };
  readonly annotations: { readonly list: Annotation[] };
  readonly links: DashboardLink[];
}

interface DashboardLink {
  readonly title: string;
  readonly type: "dashboards";
  readonly icon: string;
  readonly tooltip: string;
  readonly tags: string[];
  readonly asDropdown: boolean;
  readonly targetBlank: boolean;
  readonly includeVars: boolean;
  readonly keepTime: boolean;
}

export interface Source {
  readonly type: "prometheus";
  readonly uid: string;
}

export interface Target {
  readonly refId: string;
  readonly datasource: Source;
  readonly expr: string;
  readonly legendFormat: string;
  readonly exemplar: boolean;
  readonly instant?: boolean;
  readonly format?: "time_series" | "table" | "heatmap";
}

export interface Panel {
  readonly id: number;
  readonly type: "timeseries" | "stat" | "table" | "bargauge";
  readonly title: string;
  readonly description: string;
  readonly datasource: Source;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets: Target[];
  readonly fieldConfig: FieldConfig;
  readonly options: Readonly<Record<string, unknown>>;
}

interface FieldConfig {
  readonly defaults: {
    readonly unit: string;
    readonly min?: number;
    readonly max?: number;
    readonly noValue?: string;
    readonly color?: { readonly mode: "palette-classic" | "thresholds" };
    readonly thresholds?: {
      readonly mode: "absolute";
      readonly steps: { readonly value: number | null; readonly color: string }[];
    };
    readonly custom?: Readonly<Record<string, unknown>>;
  };
  readonly overrides: never[];
}

interface Variable {
  readonly type: "datasource" | "query";
  readonly name: string;
  readonly label: string;
  readonly query: string;
  readonly datasource?: Source;
  readonly refresh?: 1 | 2;
  readonly includeAll?: boolean;
  readonly multi?: boolean;
  readonly allValue?: string;
  readonly current: { readonly text: string | string[]; readonly value: string | string[] };
  readonly options: never[];
}

interface Annotation {
  readonly name: string;
  readonly datasource: Source;
  readonly enable: boolean;
  readonly expr: string;
  readonly iconColor: string;
  readonly titleFormat: string;
}
