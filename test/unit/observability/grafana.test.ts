import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Dashboard as Published, Panel as PublishedPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { collectDefaultMetrics, Registry } from "prom-client";
import { parse } from "yaml";
import { defaultRules } from "../../../src/observability/alert/default-rules.ts";
import { describeFamilies } from "../../../src/app.ts";
import { homeToDescribe } from "../../../src/cli/nowhere.ts";
import type { AlertRule } from "../../../src/observability/alert/alerts.ts";
import type { Dashboard, Panel, Target } from "../../../src/observability/grafana/dashboard/model.ts";
import { dashboards, provisionedFiles } from "../../../src/observability/grafana/files.ts";

/** A published type with the values of its enums instead of their names, as JSON has them. */
type Plain<Type> = Type extends string
  ? `${Type}`
  : Type extends object
    ? { [Key in keyof Type]: Plain<Type[Key]> }
    : Type;
type Writable<Type> = Type extends object ? { -readonly [Key in keyof Type]: Writable<Type[Key]> } : Type;
/** The keys of ours that the published type does not know: none. */
type Unknown<Ours, Theirs> = Exclude<keyof Ours, keyof Theirs>;

/** What Claude Code's documentation says of its counters, in Prometheus' words. */
const claudeLabels: Readonly<Record<string, readonly string[]>> = {
  claude_code_session_count_total: [],
  claude_code_cost_usage_USD_total: ["model"],
  claude_code_token_usage_tokens_total: ["type", "model"],
  claude_code_active_time_seconds_total: ["type"],
  claude_code_commit_count_total: [],
  claude_code_code_edit_tool_decision_total: ["tool_name", "decision"],
  claude_code_lines_of_code_count_total: ["type"],
};

/** What the library tells of every process. */
function processFigures(): string[] {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register.getMetricsAsArray().map(({ name }) => name);
}

/** Labels that look as a figure does. */
const labels = new Set(["gen_ai_request_model", "gen_ai_token_type", "gen_ai_operation_name", "gen_ai_provider_name"]);

const told = new Map<string, readonly string[]>([
  ...describeFamilies({ ...homeToDescribe(), environment: {} }).flatMap(({ name, type, labels }) =>
    type === "histogram"
      ? ["_bucket", "_sum", "_count"].map((end): [string, string[]] => [`${name}${end}`, ["le", ...labels]])
      : [[name, labels] as [string, readonly string[]]],
  ),
  ...Object.entries(claudeLabels),
  ...processFigures().map((name): [string, string[]] => [name, []]),
]);

/** Every figure of an expression is told by somebody, and has the labels that it asks for. */
function assertTold(expr: string): void {
  const words = expr.replaceAll(/"[^"]*"/g, '""').matchAll(/\b(?:tutti|gen_ai|claude_code|process|nodejs)_\w+/g);
  const names = [...words].map(([name]) => name).filter((name) => !labels.has(name));
  assert.ok(names.length > 0, expr);
  const known = names.map((name) => told.get(name) ?? assert.fail(`${name} is not told: ${expr}`));
  const grouped = [...expr.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = ""]) => list.split(", "));
  const matched = [...expr.matchAll(/[{,](\w+)(?:=~?|!=)"/g)].map(([, label = ""]) => label);
  for (const label of [...grouped, ...matched].filter((name) => name !== "job" && name !== "instance"))
    assert.ok(
      known.some((those) => those.includes(label)),
      `no ${label}: ${expr}`,
    );
}

function cellsOf({ x, y, w, h }: Panel["gridPos"]): string[] {
  return Array.from({ length: w * h }, (_cell, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`);
}

describe("the dashboards", () => {
  it("have the shape that Grafana has published", () => {
    const ours = dashboards as unknown as readonly Omit<Writable<Dashboard>, "panels" | "graphTooltip">[];
    const published: readonly Omit<Plain<Published>, "panels" | "graphTooltip">[] = ours;
    const [unknownKeys, unknownPanelKeys, unknownTargetKeys]: [
      Unknown<Dashboard, Published>[],
      Unknown<Panel, PublishedPanel>[],
      Unknown<Target, Dataquery>[],
    ] = [[], [], []];
    assert.deepEqual([...unknownKeys, ...unknownPanelKeys, ...unknownTargetKeys], []);
    assert.equal(published.length, 4);
    for (const { schemaVersion } of published) assert.ok(schemaVersion <= 42);
  });

  it("have panels that lie beside each other and say what they show", () => {
    for (const { uid, panels } of dashboards) {
      const taken = new Set<string>();
      for (const { title, description, gridPos, fieldConfig } of panels) {
        assert.ok(title.length > 0 && description.endsWith("."), `${uid}: ${title}`);
        assert.notEqual(fieldConfig.defaults.unit, "", `${uid}: ${title}`);
        assert.ok(gridPos.x + gridPos.w <= 24, `${uid}: ${title}`);
        for (const cell of cellsOf(gridPos)) {
          assert.ok(!taken.has(cell), `${uid}: ${title} lies on another panel`);
          taken.add(cell);
        }
      }
    }
  });

  it("ask the chosen data source about the chosen instances only", () => {
    const targets = dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.targets));
    assert.ok(targets.length > 40);
    for (const { expr, datasource } of targets) {
      assert.equal(datasource.uid, "${DS_PROMETHEUS}");
      assert.match(expr, /job=~"\$job",instance=~"\$instance"/);
    }
  });

  it("ask for figures that are really told, by labels that these have", () => {
    for (const { panels } of dashboards) {
      for (const { targets } of panels) for (const { expr } of targets) assertTold(expr);
    }
  });

  it("have addresses of their own", () => {
    assert.equal(new Set(dashboards.map(({ uid }) => uid)).size, dashboards.length);
  });
});

describe("the rules that Tutti comes with", () => {
  it("ask for figures that are really told, by labels that these have", () => {
    for (const { query } of defaultRules) if (query.kind === "metrics") assertTold(query.expression);
  });
});

describe("what is provisioned", () => {
  const rule: AlertRule = {
    name: "RunsFailing",
    summary: "More than half of the runs fail",
    advice: "Look at it",
    labels: {},
    channels: null,
    severity: "critical",
    query: { kind: "metrics", expression: 'sum(rate(tutti_runs_total{status="failed"}[5m])) > 0.5' },
    forMs: 300_000,
    isEnabled: true,
    isDefault: true,
  };
  const rules: AlertRule[] = [
    rule,
    { ...rule, name: "Sleeping", isEnabled: false },
    { ...rule, name: "LogErrors", query: { kind: "logs", query: "level:error", windowMs: 600_000, above: 3 } },
  ];
  const place = { url: "http://127.0.0.1:8863", tokenFile: "/data/.tutti/token" };
  const files = provisionedFiles({ folder: "/srv/monitoring", place, rules });
  const text = (path: string): string => files.find((file) => file.path === path)?.text ?? assert.fail(path);

  it("has one file with `rules` in its name", () => {
    const named = files.map(({ path }) => path).filter((path) => path.includes("rules"));
    assert.deepEqual(named, ["prometheus/tutti.rules.yml"]);
  });

  it("tells Prometheus where to look, and where the token is, but not the token", () => {
    const { scrape_configs: scrapes, rule_files: ruleFiles } = parse(text("prometheus/prometheus.yml")) as {
      scrape_configs: unknown[];
      rule_files: string[];
    };
    assert.deepEqual(scrapes, [
      {
        job_name: "tutti",
        scheme: "http",
        metrics_path: "/metrics",
        authorization: { credentials_file: "/data/.tutti/token" },
        static_configs: [{ targets: ["127.0.0.1:8863"] }],
      },
    ]);
    assert.deepEqual(ruleFiles, ["tutti.rules.yml"]);
    const open = provisionedFiles({ folder: "/srv", place: { ...place, tokenFile: null }, rules });
    assert.ok(!open.some((file) => file.text.includes("credentials")));
  });

  it("has the rules over figures as they are, and names those that only Tutti can watch", () => {
    const { groups } = parse(text("prometheus/tutti.rules.yml")) as { groups: { rules: unknown[] }[] };
    assert.deepEqual(groups[0]?.rules, [
      {
        alert: "RunsFailing",
        expr: 'sum(rate(tutti_runs_total{status="failed"}[5m])) > 0.5',
        for: "300s",
        labels: { severity: "critical" },
        annotations: { summary: "More than half of the runs fail", description: "Look at it" },
      },
    ]);
    assert.match(text("prometheus/tutti.rules.yml"), /^# .*traces or logs: LogErrors\./);
  });

  it("hands on texts with braces as they are, which Prometheus would take for templates", () => {
    const texts = { summary: "{{ $labels.flow }} failed {{", advice: "{{{ end }}", labels: { team: "{{ 1 }}" } };
    const made = provisionedFiles({ folder: "/srv", place, rules: [{ ...rule, ...texts }] });
    const yaml = made.find(({ path }) => path === "prometheus/tutti.rules.yml")?.text ?? "";
    const [written] = (parse(yaml) as { groups: { rules: Record<string, unknown>[] }[] }).groups[0]?.rules ?? [];
    const open = '{{ "{{" }}';
    assert.deepEqual(written?.["labels"], { team: `${open} 1 }}`, severity: "critical" });
    assert.deepEqual(written?.["annotations"], {
      summary: `${open} $labels.flow }} failed ${open}`,
      description: `${open}{ end }}`,
    });
  });

  it("leads Grafana to the dashboards by their whole path", () => {
    const { providers } = parse(text("grafana/provisioning/dashboards/tutti.yaml")) as {
      providers: { options: { path: string } }[];
    };
    assert.equal(providers[0]?.options.path, "/srv/monitoring/grafana/dashboards");
    for (const { uid } of dashboards) assert.ok(text(`grafana/dashboards/${uid}.json`).length > 0);
  });
});
