import { stringify } from "yaml";
import type { AlertRule } from "../alert/alerts.ts";

/** Where Tutti is scraped: `127.0.0.1:8863`, and the file that holds the token; null where none is needed. */
export interface ScrapePlace {
  readonly url: string;
  readonly tokenFile: string | null;
}

const rulesFile = "tutti.rules.yml";

export function prometheusConfig({ url, tokenFile }: ScrapePlace): string {
  const { host, protocol } = new URL(url);
  const settings = {
    global: { scrape_interval: "15s", evaluation_interval: "15s" },
    rule_files: [rulesFile],
    scrape_configs: [
      {
        job_name: "tutti",
        scheme: protocol.slice(0, -1),
        metrics_path: "/metrics",
        ...(tokenFile === null ? {} : { authorization: { credentials_file: tokenFile } }),
        static_configs: [{ targets: [host] }],
      },
    ],
  };
  return `${note("Started with --enable-feature=exemplar-storage, Prometheus keeps the traces of slow calls, too.")}${stringify(settings)}`;
}

/** Rules over figures as Prometheus has them; those over traces and logs can only be watched here, and are named. */
export function prometheusRules(rules: readonly AlertRule[]): string {
  const enabled = rules.filter(({ isEnabled }) => isEnabled);
  const left = enabled.filter(({ query }) => query.kind !== "metrics").map(({ name }) => name);
  const words =
    left.length === 0
      ? "Alert rules of Tutti."
      : `Alert rules of Tutti. Not here, since they look at traces or logs: ${left.join(", ")}.`;
  const groups = [{ name: "tutti", rules: enabled.flatMap(toRule) }];
  return `${note(words)}${stringify({ groups })}`;
}

function toRule({ name, summary, advice, severity, labels, query, forMs }: AlertRule) {
  if (query.kind !== "metrics") return [];
  return [
    {
      alert: name,
      expr: query.expression,
      ...(forMs === 0 ? {} : { for: `${Math.ceil(forMs / 1_000)}s` }),
      labels: { ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, literal(value)])), severity },
      annotations: { summary: literal(summary), ...(advice === "" ? {} : { description: literal(advice) }) },
    },
  ];
}

/** Prometheus takes these texts for templates, and refuses the whole file for one that is none. */
function literal(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}

function note(words: string): string {
  return `# ${words}\n# Written by \`tutti grafana provision\`, which writes it anew.\n`;
}
