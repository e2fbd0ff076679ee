import { join } from "node:path";
import { stringify } from "yaml";
import type { AlertRule } from "../alert/alerts.ts";
import { claudeCode } from "./dashboard/claude-code.ts";
import { engine } from "./dashboard/engine.ts";
import type { Dashboard } from "./dashboard/model.ts";
import { models } from "./dashboard/models.ts";
import { overview } from "./dashboard/overview.ts";
import { prometheusConfig, prometheusRules, type ScrapePlace } from "./prometheus.ts";

export const dashboards: readonly Dashboard[] = [overview, models, engine, claudeCode];

export interface ProvisionedFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Provision {
  /** Absolute: Grafana must find the dashboards, wherever it is started. */
  readonly folder: string;
  readonly place: ScrapePlace;
  readonly rules: readonly AlertRule[];
}

// As Prometheus listens unless it is told otherwise.
const prometheusUrl = "http://127.0.0.1:9090";

/** Everything that Grafana and Prometheus need to show and to watch Tutti. */
export function provisionedFiles({ folder, place, rules }: Provision): ProvisionedFile[] {
  return [
    ...dashboards.map((dashboard) => ({
      path: `grafana/dashboards/${dashboard.uid}.json`,
      text: `${JSON.stringify(dashboard, null, 2)}\n`,
    })),
    { path: "grafana/provisioning/datasources/tutti.yaml", text: datasource() },
    { path: "grafana/provisioning/dashboards/tutti.yaml", text: provider(join(folder, "grafana", "dashboards")) },
    { path: "prometheus/prometheus.yml", text: prometheusConfig(place) },
    { path: "prometheus/tutti.rules.yml", text: prometheusRules(rules) },
  ];
}

function datasource(): string {
  return stringify({
    apiVersion: 1,
    datasources: [
      {
        name: "Tutti",
        uid: "tutti-prometheus",
        type: "prometheus",
        access: "proxy",
        url: prometheusUrl,
        isDefault: true,
      },
    ],
  });
}

function provider(path: string): string {
  return stringify({
    apiVersion: 1,
    providers: [{ name: "Tutti", folder: "Tutti", type: "file", disableDeletion: false, options: { path } }],
  });
}
