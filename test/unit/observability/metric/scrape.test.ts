import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MetricSource } from "../../../../src/core/metric.ts";
import { chooseFormat } from "../../../../src/observability/metric/accept.ts";
import { createVirtualClock } from "../../../support/virtual-clock.ts";
import { family, scrape, testMetrics } from "../../../support/metric.ts";

const openMetrics = "application/openmetrics-text; version=1.0.0";
const jobs = family("jobs_total", { labels: ["flow"] });
const took = family("took_seconds", { type: "histogram", unit: "seconds", labels: ["flow"], buckets: [0.1, 1] });
const trace = "0123456789abcdef0123456789abcdef";

function linesOf(body: string, name: string): string[] {
  return body.split("\n").filter((line) => line.includes(name));
}

describe("a scraper", () => {
  it("gets what it likes best of what there is, and the plain text where it names none of it", () => {
    const prometheus =
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    const cases: readonly [string | undefined, string][] = [
      [undefined, "prometheus"],
      ["", "prometheus"],
      ["*/*", "prometheus"],
      ["application/json", "prometheus"],
      [prometheus, "openmetrics"],
      ["application/openmetrics-text", "openmetrics"],
      ['APPLICATION/OpenMetrics-Text; Version="1.0.0"', "openmetrics"],
      ["application/openmetrics-text;version=2.0.0, text/plain;q=0.1", "prometheus"],
      ["application/openmetrics-text;q=0.4, text/plain;version=0.0.4;q=0.5", "prometheus"],
      ["application/openmetrics-text;q=0, text/html", "prometheus"],
      ["text/plain;version=1.0.0, application/openmetrics-text;q=0.2", "openmetrics"],
    ];
    for (const [accept, format] of cases) assert.equal(chooseFormat(accept), format, accept ?? "none");
  });

  it("sees every family before its first sample, in both forms", async () => {
    const metrics = testMetrics({ clock: createVirtualClock(), sources: [{ families: [jobs, took] }] });
    const plain = await scrape(metrics);
    assert.equal(plain.type, "text/plain; version=0.0.4; charset=utf-8");
    assert.deepEqual(linesOf(plain.body, "jobs_total"), [
      "# HELP jobs_total Figures of jobs_total.",
      "# TYPE jobs_total counter",
    ]);
    assert.match(plain.body, /# TYPE tutti_runs_total counter/);
    const open = await scrape(metrics, openMetrics);
    assert.equal(open.type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert.deepEqual(linesOf(open.body, " jobs"), ["# HELP jobs Figures of jobs_total.", "# TYPE jobs counter"]);
    assert.deepEqual(linesOf(open.body, "UNIT took"), ["# UNIT took_seconds seconds"]);
    assert.ok(open.body.endsWith("\n# EOF\n"));
    assert.ok(!plain.body.includes("# EOF") && !plain.body.includes("# UNIT"));
  });

  it("gets the trace that stood around the caller as an example, in OpenMetrics only", async () => {
    const clock = createVirtualClock();
    await clock.pass(1_500);
    const metrics = testMetrics({ clock, traceId: () => trace });
    metrics.meters.add(jobs, { flow: "a" }, 2);
    metrics.meters.observe(took, { flow: "a" }, 0.5);
    assert.deepEqual(linesOf((await scrape(metrics, openMetrics)).body, "{flow="), [
      `jobs_total{flow="a"} 2 # {trace_id="${trace}"} 2 1.5`,
      'took_seconds_bucket{flow="a",le="0.1"} 0',
      `took_seconds_bucket{flow="a",le="1"} 1 # {trace_id="${trace}"} 0.5 1.5`,
      'took_seconds_bucket{flow="a",le="+Inf"} 1',
      'took_seconds_sum{flow="a"} 0.5',
      'took_seconds_count{flow="a"} 1',
    ]);
    assert.ok(!(await scrape(metrics)).body.includes(trace));
  });

  it("is not led astray by what stands in a label or a help", async () => {
    const hostile = family("hostile", { labels: ["name"], help: 'one "line"\ntwo \\' });
    const metrics = testMetrics({ clock: createVirtualClock() });
    metrics.meters.set(hostile, { name: 'a"b\\c\nd 1\n# EOF' }, Number.MAX_VALUE);
    const open = linesOf((await scrape(metrics, openMetrics)).body, "hostile");
    assert.deepEqual(open, [
      '# HELP hostile one \\"line\\"\\ntwo \\\\',
      "# TYPE hostile gauge",
      'hostile{name="a\\"b\\\\c d 1 # EOF"} 1.7976931348623157e+308',
    ]);
    const [help] = linesOf((await scrape(metrics)).body, "# HELP hostile");
    assert.equal(help, '# HELP hostile one "line"\\ntwo \\\\');
  });

  it("gets the last known figures of a place that cannot be read, or not in time, and how often that was so", async () => {
    const clock = createVirtualClock();
    const depth = family("depth");
    const answers = [
      () => Promise.resolve([{ family: depth, samples: [{ labels: {}, value: 7 }] }]),
      () => Promise.reject(new Error("the database is away")),
      (signal: AbortSignal) => new Promise<never>((_resolve, reject) => signal.addEventListener("abort", reject)),
    ];
    const source: MetricSource = { families: [depth], look: (signal) => (answers.shift() ?? never)(signal) };
    const metrics = testMetrics({ clock, sources: [source] });
    for (const failures of [0, 1, 2]) {
      const scraped = scrape(metrics);
      await clock.pass(2_500);
      const { body } = await scraped;
      assert.match(body, /^depth 7$/m);
      assert.match(body, new RegExp(`^tutti_metric_look_errors_total ${failures}$`, "m"));
    }
  });

  it("makes nobody look twice within two seconds", async () => {
    const clock = createVirtualClock();
    let looks = 0;
    const look = async () => ((looks += 1), []);
    const metrics = testMetrics({ clock, sources: [{ families: [], look }] });
    await Promise.all([scrape(metrics), scrape(metrics)]);
    await scrape(metrics);
    assert.equal(looks, 1);
    await clock.pass(2_000);
    await scrape(metrics);
    assert.equal(looks, 2);
  });

  it("sees a gauge go that its place no longer tells", async () => {
    const clock = createVirtualClock();
    const used = family("used", { labels: ["budget"] });
    const samples = [
      { labels: { budget: "a" }, value: 1 },
      { labels: { budget: "b" }, value: 2 },
    ];
    const metrics = testMetrics({
      clock,
      sources: [{ families: [used], look: async () => [{ family: used, samples }] }],
    });
    assert.equal(linesOf((await scrape(metrics)).body, "used{").length, 2);
    samples.shift();
    await clock.pass(2_000);
    assert.deepEqual(linesOf((await scrape(metrics)).body, "used{"), ['used{budget="b"} 2']);
  });
});

const never = () => new Promise<never>(() => undefined);

describe("labels", () => {
  it("are bounded: in length, in values of one label, and in series of all families", async () => {
    const metrics = testMetrics({ clock: createVirtualClock(), mostSeries: 500 });
    const other = family("more_total", { labels: ["flow"] });
    metrics.meters.add(jobs, { flow: "x".repeat(1_000) });
    for (let flow = 0; flow < 1_000; flow += 1) metrics.meters.add(jobs, { flow: `flow ${flow}` });
    for (const kind of ["a", "b", "c"]) {
      for (let flow = 0; flow < 150; flow += 1)
        metrics.meters.add({ ...other, name: `more_${kind}_total` }, { flow: `f${flow}` });
    }
    const { body } = await scrape(metrics);
    assert.equal(linesOf(body, 'jobs_total{flow="x').join(), `jobs_total{flow="${"x".repeat(100)}"} 1`);
    assert.equal(linesOf(body, 'jobs_total{flow="other"}').join(), 'jobs_total{flow="other"} 801');
    assert.ok(linesOf(body, "_total{flow=").length <= 500);
    const [dropped = ""] = linesOf(body, 'samples_dropped_total{reason="too_many_series"}');
    assert.ok(Number(dropped.split(" ").at(-1)) > 100, dropped);
  });

  it("hold no ids, and nothing but those that were declared", async () => {
    const metrics = testMetrics({ clock: createVirtualClock() });
    const ids = ["run_4k7d2mzq01pb", "6f1ed002-ab5a-4d4c-9d3a-0f1c2b3a4d5e", "0123456789abcdef", "me@example.org"];
    for (const flow of ids) metrics.meters.add(jobs, { flow, user: "somebody" });
    assert.deepEqual(linesOf((await scrape(metrics)).body, "jobs_total{"), ['jobs_total{flow="other"} 4']);
  });

  it("that are no figures are dropped and counted", async () => {
    const metrics = testMetrics({ clock: createVirtualClock() });
    metrics.meters.add(jobs, { flow: "a" }, 1);
    metrics.meters.add(jobs, { flow: "a" }, Number.NaN);
    metrics.meters.add(jobs, { flow: "a" }, -1);
    metrics.meters.observe(took, { flow: "a" }, Infinity);
    metrics.meters.set({ ...jobs, type: "gauge" }, { flow: "a" }, 1);
    metrics.meters.set(jobs, { flow: "a" }, 1);
    const { body } = await scrape(metrics);
    assert.deepEqual(linesOf(body, "samples_dropped_total{"), [
      'tutti_metric_samples_dropped_total{reason="not_a_number"} 3',
      'tutti_metric_samples_dropped_total{reason="other_type"} 2',
    ]);
  });
});
