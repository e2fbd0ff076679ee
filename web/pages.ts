import type { IconName } from "./ui/icon.tsx";
import { lazy, type LazyPage } from "./data/lazy.tsx";
import { firsts } from "./first.ts";

/** A page of the UI. Adding one is an entry here and a folder in pages/. */
export interface PageEntry {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  /** The second key after `g`. */
  readonly key: string;
  /** In the bar at the bottom of a phone. */
  readonly onPhone?: boolean;
  /** What lies below the path: `/runs/run_4k…`; the rest is handed to the component. */
  readonly component: LazyPage<{ readonly rest: string }>;
}

export type PageId =
  | "overview"
  | "reviews"
  | "runs"
  | "flows"
  | "models"
  | "costs"
  | "traces"
  | "logs"
  | "alerts"
  | "metrics"
  | "claude"
  | "settings"
  | "doctor";

export const pages: Readonly<Record<PageId, PageEntry>> = {
  overview: {
    path: firsts.overview.path,
    name: "Overview",
    icon: "overview",
    key: "o",
    onPhone: true,
    component: lazy(async () => (await import("./pages/overview/overview.tsx")).OverviewPage),
  },
  reviews: {
    path: firsts.reviews.path,
    name: "Reviews",
    icon: "reviews",
    key: "r",
    onPhone: true,
    component: lazy(async () => (await import("./pages/reviews/reviews.tsx")).ReviewsPage),
  },
  runs: {
    path: firsts.runs.path,
    name: "Runs",
    icon: "runs",
    key: "u",
    onPhone: true,
    component: lazy(async () => (await import("./pages/runs/runs.tsx")).RunsPage),
  },
  flows: {
    path: firsts.flows.path,
    name: "Flows",
    icon: "flows",
    key: "f",
    component: lazy(async () => (await import("./pages/flows/flows.tsx")).FlowsPage),
  },
  models: {
    path: firsts.models.path,
    name: "Models",
    icon: "models",
    key: "m",
    component: lazy(async () => (await import("./pages/models/models.tsx")).ModelsPage),
  },
  costs: {
    path: firsts.costs.path,
    name: "Costs",
    icon: "costs",
    key: "c",
    component: lazy(async () => (await import("./pages/costs/costs.tsx")).CostsPage),
  },
  traces: {
    path: "/traces",
    name: "Traces",
    icon: "traces",
    key: "t",
    component: lazy(async () => (await import("./pages/traces/traces.tsx")).TracesPage),
  },
  logs: {
    path: "/logs",
    name: "Logs",
    icon: "logs",
    key: "l",
    component: lazy(async () => (await import("./pages/logs/logs.tsx")).LogsPage),
  },
  alerts: {
    path: "/alerts",
    name: "Alerts",
    icon: "alerts",
    key: "a",
    component: lazy(async () => (await import("./pages/alerts/alerts.tsx")).AlertsPage),
  },
  metrics: {
    path: firsts.metrics.path,
    name: "Metrics",
    icon: "metrics",
    key: "x",
    component: lazy(async () => (await import("./pages/metrics/metrics.tsx")).MetricsPage),
  },
  claude: {
    path: "/claude",
    name: "Claude Code",
    icon: "claude",
    key: "k",
    component: lazy(async () => (await import("./pages/claude/claude.tsx")).ClaudePage),
  },
  settings: {
    path: firsts.settings.path,
    name: "Settings",
    icon: "settings",
    key: ",",
    component: lazy(async () => (await import("./pages/settings/settings.tsx")).SettingsPage),
  },
  doctor: {
    path: firsts.doctor.path,
    name: "Doctor",
    icon: "doctor",
    key: "d",
    component: lazy(async () => (await import("./pages/doctor/doctor.tsx")).DoctorPage),
  },
};

/** The navigation, in the order of a day's work. */
export const groups: readonly { readonly name: string; readonly pages: readonly PageId[] }[] = [
  { name: "", pages: ["overview", "reviews"] },
  { name: "Work", pages: ["runs", "flows"] },
  { name: "Resources", pages: ["models", "costs"] },
  { name: "Observe", pages: ["alerts", "metrics", "traces", "logs", "claude"] },
  { name: "System", pages: ["settings", "doctor"] },
];

export const allPages: readonly PageEntry[] = Object.values(pages);

export function pageAt(path: string): PageEntry | undefined {
  const found = allPages.filter(
    (page) => path === page.path || (page.path !== "/" && path.startsWith(`${page.path}/`)),
  );
  return found.toSorted((a, b) => b.path.length - a.path.length)[0];
}
