// A real Prometheus and its promtool read what a real daemon tells.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { MetricFamily } from "../../../src/core/metric.ts";
import { until } from "../../support/command.ts";
import { startUp } from "../../support/daemon.ts";
import { scrape, testMetrics } from "../../support/metric.ts";
import { Project } from "../../support/project.ts";
import { promtool, startPrometheus } from "../../support/prometheus-server.ts";
import { needs, prometheusProgram } from "../../support/services.ts";
import { createVirtualClock } from "../../support/virtual-clock.ts";

const odd: MetricFamily = {
  name: "odd_seconds",
  type: "histogram",
  help: 'A "help" with \\ and\ntwo lines',
  unit: "seconds",
  labels: ["kind"],
  buckets: [0.5, 1, 2.5],
};

interface QueryAnswer {
  readonly series: readonly { readonly labels: object; readonly points: readonly (readonly [number, number])[] }[];
}

describe("what is scraped", { timeout: 120_000, skip: needs("prometheus", prometheusProgram()) }, () => {
  it("has no fault that promtool knows, whatever stands in labels and where it came from", async () => {
    const metrics = testMetrics({ clock: createVirtualClock(), sources: [{ families: [odd] }] });
    metrics.meters.observe(odd, { kind: 'a "b" \\ c\n# TYPE' }, 0.7);
    const cost = { name: "claude_code.cost.usage", type: "counter", help: "", unit: "USD", labels: ["model"] } as const;
    metrics.take([cost], [{ name: cost.name, labels: { model: "m" }, at: 1, point: { type: "counter", sum: 0.25 } }]);
    checkMetrics((await scrape(metrics)).body);
  });

  it("is a daemon's, by its token, in both forms; Prometheus answers by it, and so does Tutti", async () => {
    await using project = new Project();
    project.flow("hello", `return step.run("greet", () => 1);`);
    const { line } = await startUp(project);
    const authorization = `Bearer ${readFileSync(line.tokenFile, "utf8").trim()}`;
    assert.equal((await fetch(`${line.url}/metrics`)).status, 401);
    checkMetrics(await (await fetch(`${line.url}/metrics`, { headers: { authorization } })).text());

    await using prometheus = await startPrometheus({ target: line });
    await project.json("run", "hello");
    const ask = async (expression: string): Promise<string | undefined> =>
      until(expression, async () => (await prometheus.query(expression))[0]?.value[1] ?? null);
    assert.equal(await ask('up{job="tutti"} == 1'), "1");
    assert.equal(await ask('tutti_runs_total{flow="hello",status="succeeded"}'), "1");
    assert.equal(await ask('tutti_step_duration_seconds_count{kind="run",status="succeeded"}'), "1");
    assert.equal(await ask('tutti_events_total{type="tutti.run.succeeded"}'), "1");
    assert.equal(await ask("tutti_runs_open{status='queued'}"), "0");
    const metadata = (await prometheus.get("/api/v1/metadata?metric=tutti_run_duration_seconds")) as Metadata;
    assert.deepEqual(metadata.data["tutti_run_duration_seconds"]?.[0]?.unit, "seconds");

    const own = await until("the figure is kept", async () => {
      const { series } = await project.json<QueryAnswer>("metrics", "query", "sum(tutti_runs_total)");
      return series.length > 0 ? series : null;
    });
    assert.deepEqual(own[0]?.points[0]?.[1], 1);
  });
});

interface Metadata {
  readonly data: Readonly<Record<string, readonly { readonly unit: string }[] | undefined>>;
}

function checkMetrics(text: string): void {
  assert.equal(execFileSync(promtool(), ["check", "metrics"], { input: text, encoding: "utf8" }), "");
}
