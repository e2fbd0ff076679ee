import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SeriesPoint } from "../../../../src/observability/record.ts";
import { recordingStore } from "../../../support/figure-store.ts";
import { family, scrape, testMetrics } from "../../../support/metric.ts";
import { createVirtualClock } from "../../../support/virtual-clock.ts";

const jobs = family("jobs_total", { labels: ["flow"] });
const took = family("took_seconds", { type: "histogram", unit: "seconds", labels: [], buckets: [0.5, 1] });
const depth = family("depth");

function of(points: readonly SeriesPoint[], name: string): SeriesPoint[] {
  return points.filter((point) => point.name === name);
}

describe("what is kept", () => {
  it("is what was added in each ten seconds, at their ends", async () => {
    const clock = createVirtualClock();
    await clock.pass(3_000);
    const store = recordingStore(clock);
    const metrics = testMetrics({ clock, store });
    metrics.start();
    metrics.meters.add(jobs, { flow: "a" }, 2);
    metrics.meters.observe(took, {}, 0.7);
    await clock.pass(7_500);
    metrics.meters.add(jobs, { flow: "a" }, 3);
    await clock.pass(20_000);
    assert.deepEqual(of(store.points, "jobs_total"), [
      { name: "jobs_total", labels: { flow: "a" }, at: 10_000_000, point: { type: "counter", sum: 2 } },
      { name: "jobs_total", labels: { flow: "a" }, at: 20_000_000, point: { type: "counter", sum: 3 } },
    ]);
    assert.deepEqual(of(store.points, "took_seconds")[0]?.point, {
      type: "histogram",
      sum: 0.7,
      count: 1,
      bounds: [0.5, 1],
      counts: [0, 1, 0],
    });
    await metrics[Symbol.asyncDispose]();
  });

  it("is where a gauge stood last, and between which values it was", async () => {
    const clock = createVirtualClock();
    const store = recordingStore(clock);
    const metrics = testMetrics({ clock, store });
    metrics.start();
    for (const value of [5, 1, 9, 4]) metrics.meters.set(depth, {}, value);
    await clock.pass(20_000);
    assert.deepEqual(
      of(store.points, "depth").map(({ point }) => point),
      [
        { type: "gauge", last: 4, min: 1, max: 9 },
        { type: "gauge", last: 4, min: 4, max: 4 },
      ],
    );
    await metrics[Symbol.asyncDispose]();
  });

  it("says now and then that a count stands still, before it would count as gone", async () => {
    const clock = createVirtualClock();
    const store = recordingStore(clock);
    const metrics = testMetrics({ clock, store });
    metrics.start();
    metrics.meters.add(jobs, { flow: "a" });
    await clock.pass(610_000);
    const times = of(store.points, "jobs_total").map(({ at }) => at / 1_000_000);
    assert.deepEqual(times, [10, 250, 490]);
    await metrics[Symbol.asyncDispose]();
  });

  it("is nothing of a process that only asks", async () => {
    const clock = createVirtualClock();
    const store = recordingStore(clock);
    const metrics = testMetrics({ clock, store });
    metrics.meters.add(jobs, { flow: "a" });
    assert.equal(clock.pending, 0);
    await metrics[Symbol.asyncDispose]();
    assert.deepEqual(store.points, []);
  });

  it("adds up to what was counted, whenever processes end and begin", async () => {
    const clock = createVirtualClock();
    const store = recordingStore(clock);
    let counted = 0;
    let seed = 7;
    const chance = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    for (let life = 0; life < 20; life += 1) {
      const metrics = testMetrics({ clock, store });
      metrics.start();
      for (let step = 0; step < 30; step += 1) {
        const value = Math.floor(chance() * 10);
        metrics.meters.add(jobs, { flow: chance() < 0.5 ? "a" : "b" }, value);
        metrics.meters.observe(took, {}, chance() * 2);
        counted += value;
        await clock.pass(Math.floor(chance() * 8_000));
      }
      await metrics[Symbol.asyncDispose]();
    }
    const sums = of(store.points, "jobs_total").map(({ point }) => (point.type === "counter" ? point.sum : 0));
    assert.equal(
      sums.reduce((left, right) => left + right),
      counted,
    );
    const counts = of(store.points, "took_seconds").map(({ point }) => (point.type === "histogram" ? point.count : 0));
    assert.equal(
      counts.reduce((left, right) => left + right),
      20 * 30,
    );
    assert.equal(clock.pending, 0);
  });
});

describe("figures of other programs", () => {
  const cost = { name: "claude_code.cost.usage", type: "counter", help: "Cost", unit: "USD", labels: [] } as const;
  const point = (name: string, labels: Record<string, string>, sum: number): SeriesPoint => {
    return { name, labels, at: 1, point: { type: "counter", sum } };
  };

  it("have the names that Prometheus gives them", async () => {
    const metrics = testMetrics({ clock: createVirtualClock() });
    const named: readonly [name: string, unit: string, type: "counter" | "gauge", wanted: string][] = [
      ["claude_code.cost.usage", "USD", "counter", "claude_code_cost_usage_USD_total"],
      ["claude_code.token.usage", "tokens", "counter", "claude_code_token_usage_tokens_total"],
      ["claude_code.lines_of_code.count", "count", "counter", "claude_code_lines_of_code_count_total"],
      ["claude_code.session.count", "", "counter", "claude_code_session_count_total"],
      ["claude_code.active_time.total", "s", "counter", "claude_code_active_time_seconds_total"],
      ["http.server.request.duration", "s", "gauge", "http_server_request_duration_seconds"],
      ["system.memory.usage", "By", "gauge", "system_memory_usage_bytes"],
      ["cpu.utilization", "1", "gauge", "cpu_utilization_ratio"],
      ["queue.size", "{request}", "gauge", "queue_size"],
      ["net.speed", "By/s", "gauge", "net_speed_bytes_per_second"],
      ["2xx rate%", "%", "gauge", "_2xx_rate_percent"],
    ];
    for (const [name, unit, type, wanted] of named) {
      const sent = type === "counter" ? { type, sum: 1 } : ({ type, last: 1, min: 1, max: 1 } as const);
      const taken = metrics.take(
        [{ name, unit, type, help: "", labels: [] }],
        [{ name, labels: {}, at: 1, point: sent }],
      );
      assert.deepEqual(taken, { rejected: 0, reason: null });
      assert.match((await scrape(metrics)).body, new RegExp(`^${wanted} 1$`, "m"));
    }
  });

  it("have no label that a scraper keeps for itself", async () => {
    const metrics = testMetrics({ clock: createVirtualClock() });
    metrics.take([cost], [point(cost.name, { __name__: "other", le: "1", "": "none", "2nd": "b" }, 1)]);
    const labels = '_name__="other",_le="1",_="none",_2nd="b"';
    assert.ok((await scrape(metrics)).body.includes(`claude_code_cost_usage_USD_total{${labels}} 1\n`));
  });

  it("add up over sessions and people, whom no label tells apart", async () => {
    const metrics = testMetrics({ clock: createVirtualClock() });
    const labels = { model: "opus", "session.id": "s1", "user.email": "me@example.org", "terminal.type": "vscode" };
    metrics.take([cost], [point(cost.name, labels, 0.5), point(cost.name, { ...labels, "session.id": "s2" }, 0.25)]);
    const lines = (await scrape(metrics)).body.split("\n").filter((line) => line.startsWith("claude_code"));
    assert.deepEqual(lines, ['claude_code_cost_usage_USD_total{model="opus",terminal_type="vscode"} 0.75']);
  });

  it("are refused where they would be taken for Tutti's own, or do not fit", () => {
    const metrics = testMetrics({ clock: createVirtualClock(), mostSeries: 100 });
    const runs = { ...family("tutti_runs_total"), labels: ["flow"] };
    const refused = metrics.take([runs], [point("tutti_runs_total", { flow: "a" }, 1)]);
    assert.match(refused.reason ?? "", /tutti_runs_total is a name of Tutti's own; say by a label job or instance/);
    assert.equal(metrics.take([runs], [point("tutti_runs_total", { flow: "a", job: "elsewhere" }, 1)]).rejected, 0);
    const gauge = { ...runs, type: "gauge" } as const;
    assert.match(metrics.take([gauge], [point("tutti_runs_total", {}, 1)]).reason ?? "", /of another type here/);
    assert.match(metrics.take([], [point("nobody.knows", {}, 1)]).reason ?? "", /is not declared/);
    const many = Array.from({ length: 150 }, (_none, at) => point(cost.name, { model: `m${at}` }, 1));
    const { rejected, reason } = metrics.take([cost], many);
    assert.ok(rejected >= 50, String(rejected));
    assert.match(reason ?? "", /metrics\.mostSeries/);
  });

  it("are bounded in their names", async () => {
    const metrics = testMetrics({ clock: createVirtualClock(), mostSeries: 5_000 });
    const take = (name: string) => metrics.take([{ ...cost, name }], [point(name, {}, 1)]);
    assert.match(take("..").reason ?? "", /is no name/);
    assert.match(take("a".repeat(300)).reason ?? "", /is no name/);
    for (let at = 0; at < 1_000; at += 1) assert.equal(take(`family.n${at}`).reason, null);
    assert.match(take("one.more").reason ?? "", /there are 1000 families already/);
    assert.equal(take("family.n7").rejected, 0);
    assert.doesNotMatch((await scrape(metrics)).body, /one_more/);
  });

  it("are let go where nobody sends a gauge any more", async () => {
    const clock = createVirtualClock();
    const metrics = testMetrics({ clock });
    const gauge = { name: "room.temperature", type: "gauge", help: "", unit: "", labels: [] } as const;
    await clock.pass(1_000);
    metrics.take(
      [gauge],
      [{ name: gauge.name, labels: {}, at: 1, point: { type: "gauge", last: 21, min: 20, max: 22 } }],
    );
    assert.match((await scrape(metrics)).body, /^room_temperature 21$/m);
    await clock.pass(300_001);
    assert.doesNotMatch((await scrape(metrics)).body, /^room_temperature 21$/m);
  });
});
