import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Clock } from "../../../../src/core/clock.ts";
import { TuttiError } from "../../../../src/core/error.ts";
import { queryMetrics } from "../../../../src/observability/metric/promql/query.ts";
import type { Point } from "../../../../src/observability/record.ts";
import { figureStore } from "../../../support/figure-store.ts";

const start = Date.UTC(2026, 10, 25, 9);
const tenSeconds = 10_000;

/** Figures of an hour, by tens of seconds; the clock stands at its end. */
function world() {
  const now = start + 3_600_000;
  const clock: Clock = { now: () => now, after: () => () => undefined };
  const store = figureStore(clock);
  const put = (name: string, labels: Record<string, string>, values: (at: number) => Point | null): void => {
    for (let at = 1; at <= 360; at += 1) {
      const point = values(at);
      if (point) store.sink.points([{ name, labels, at: (start + at * tenSeconds) * 1_000, point }]);
    }
  };
  const ask = async (expression: string, at = now): Promise<Record<string, number>> => {
    const query = { expression, from: at, to: at, stepMs: 0 };
    const { series } = await queryMetrics({ store, clock }, query, new AbortController().signal);
    return Object.fromEntries(series.map(({ labels, points }) => [textOf(labels), points[0]?.[1] ?? Number.NaN]));
  };
  return { store, now, clock, put, ask };
}

function textOf({ __name__: name = "", ...labels }: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `{${label}=${value}}`);
  return `${name}${pairs.toSorted().join("")}`;
}

const count = (sum: number): Point => ({ type: "counter", sum });
const level = (last: number): Point => ({ type: "gauge", last, min: last - 0.5, max: last + 0.5 });

function counters() {
  const made = world();
  made.put("jobs_total", { flow: "a", status: "succeeded" }, () => count(20));
  made.put("jobs_total", { flow: "a", status: "failed" }, () => count(5));
  made.put("jobs_total", { flow: "b", status: "succeeded" }, (at) => (at <= 340 ? count(10) : null));
  made.put("queue", { flow: "a" }, (at) => level(at));
  made.put("queue", { flow: "b" }, (at) => level(2 * at));
  return made;
}

describe("a figure by its name", () => {
  it("is the newest value of each series, and the total of what was counted", async () => {
    const { ask } = counters();
    assert.deepEqual(await ask("queue"), { "queue{flow=a}": 360, "queue{flow=b}": 720 });
    assert.deepEqual(await ask('jobs_total{status="failed"}'), { "jobs_total{flow=a}{status=failed}": 1_800 });
  });

  it("counts on over what lies hours back", async () => {
    const { ask, store } = counters();
    const labels = { flow: "a", status: "failed" };
    store.sink.points([{ name: "jobs_total", labels, at: (start - 30 * 3_600_000) * 1_000, point: count(7) }]);
    store.sink.points([{ name: "jobs_total", labels, at: (start - 90 * 60_000) * 1_000, point: count(3) }]);
    assert.deepEqual(await ask('jobs_total{status="failed"}'), { "jobs_total{flow=a}{status=failed}": 1_810 });
  });

  it("is chosen by its labels, as whole values and by patterns over the whole value", async () => {
    const { ask } = counters();
    assert.deepEqual(Object.keys(await ask('queue{flow!="a"}')), ["queue{flow=b}"]);
    assert.deepEqual(Object.keys(await ask('queue{flow=~"a|c"}')), ["queue{flow=a}"]);
    assert.deepEqual(Object.keys(await ask('queue{flow=~""}')), []);
    assert.deepEqual(Object.keys(await ask('queue{flow!~"b.*"}')), ["queue{flow=a}"]);
    assert.deepEqual(Object.keys(await ask('{__name__="queue",flow="b"}')), ["queue{flow=b}"]);
  });

  it("is gone five minutes after it was last told", async () => {
    const { ask, store } = world();
    store.sink.points([{ name: "once", labels: {}, at: start * 1_000, point: level(1) }]);
    assert.deepEqual(await ask("once", start + 299_999), { once: 1 });
    assert.deepEqual(await ask("once", start + 300_000), {});
  });

  it("was another one an offset ago", async () => {
    const { ask, now } = counters();
    assert.deepEqual(await ask('queue{flow="a"} offset 10m'), { "queue{flow=a}": 300 });
    assert.deepEqual(await ask('queue{flow="a"} offset -10m', now - 1_200_000), { "queue{flow=a}": 300 });
  });
});

describe("a function over time", () => {
  it("tells what was added, also within a window that fits no interval", async () => {
    const { ask, now } = counters();
    assert.deepEqual(await ask('increase(jobs_total{status="failed"}[10m])'), { "{flow=a}{status=failed}": 300 });
    assert.deepEqual(await ask('rate(jobs_total{status="failed"}[10m])'), { "{flow=a}{status=failed}": 0.5 });
    const odd = await ask('increase(jobs_total{status="failed"}[61s])', now - 3_333);
    assert.ok(Math.abs((odd["{flow=a}{status=failed}"] ?? 0) - 30.5) < 1e-9, JSON.stringify(odd));
  });

  it("is zero for what stands still, and nothing for what has ended", async () => {
    const { ask, now } = counters();
    const rate = 'rate(jobs_total{flow="b"}[1m])';
    assert.deepEqual(await ask(rate, now - 60_000), { "{flow=b}{status=succeeded}": 0 });
    assert.deepEqual(await ask(rate, now + 100_000), {});
  });

  it("goes on to the end of a window that is not stored yet", async () => {
    const { store } = world();
    for (let at = 0; at < 6; at += 1) {
      store.sink.points([{ name: "c_total", labels: {}, at: (start + at * tenSeconds) * 1_000, point: count(10) }]);
    }
    const clock: Clock = { now: () => start + 55_000, after: () => () => undefined };
    const query = { expression: "rate(c_total[40s])", from: start + 50_000, to: start + 55_000, stepMs: 5_000 };
    const { series } = await queryMetrics({ store, clock }, query, new AbortController().signal);
    assert.deepEqual(series[0]?.points, [
      [start + 50_000, 1],
      [start + 55_000, 1],
    ]);
  });

  it("tells the least, the most, the mean, the sum, the number and the last of a gauge", async () => {
    const { ask } = counters();
    const over = (name: string) => ask(`${name}_over_time(queue{flow="a"}[1m])`);
    assert.deepEqual(await over("min"), { "{flow=a}": 354.5 });
    assert.deepEqual(await over("max"), { "{flow=a}": 360.5 });
    assert.deepEqual(await over("avg"), { "{flow=a}": 357.5 });
    assert.deepEqual(await over("sum"), { "{flow=a}": 2_145 });
    assert.deepEqual(await over("count"), { "{flow=a}": 6 });
    assert.deepEqual(await over("last"), { "queue{flow=a}": 360 });
    const { "{flow=a}": change = 0 } = await ask('delta(queue{flow="a"}[5m])');
    assert.ok(Math.abs(change - 30) < 1e-9, String(change));
  });
});

describe("an aggregation", () => {
  it("adds up by labels, and without them", async () => {
    const { ask } = counters();
    assert.deepEqual(await ask("sum by (flow) (increase(jobs_total[5m]))"), { "{flow=a}": 750, "{flow=b}": 100 });
    assert.deepEqual(await ask("sum without (status, flow) (queue)"), { "": 1_080 });
    assert.deepEqual(await ask("sum(queue)"), { "": 1_080 });
    assert.deepEqual(await ask("avg(queue)"), { "": 540 });
    assert.deepEqual(await ask("min(queue) or max(queue)"), { "": 360 });
    assert.deepEqual(await ask("count(jobs_total)"), { "": 3 });
  });

  it("lets the highest and the lowest through, in their order", async () => {
    const { ask } = counters();
    assert.deepEqual(Object.entries(await ask("topk(1, queue)")), [["queue{flow=b}", 720]]);
    assert.deepEqual(Object.entries(await ask("bottomk(5, queue)")), [
      ["queue{flow=a}", 360],
      ["queue{flow=b}", 720],
    ]);
    assert.deepEqual(Object.keys(await ask("sort_desc(queue)")), ["queue{flow=b}", "queue{flow=a}"]);
  });
});

describe("an operator", () => {
  it("computes with numbers as Prometheus does", async () => {
    const { ask } = world();
    assert.deepEqual(await ask("1 + 2 * 3 ^ 2 ^ 0 - 7 % 4"), { "": 4 });
    assert.deepEqual(await ask("-2 ^ 2"), { "": -4 });
    assert.deepEqual(await ask("0x10 + 1e1 + 1h"), { "": 3_626 });
    assert.deepEqual(await ask("1 > bool 2"), { "": 0 });
    assert.deepEqual(await ask("1 / 0"), { "": Infinity });
  });

  it("pairs series of equal labels, of the named ones, or of all but the named ones", async () => {
    const { ask } = counters();
    const failed = 'increase(jobs_total{status="failed"}[5m])';
    assert.deepEqual(await ask("queue / queue"), { "{flow=a}": 1, "{flow=b}": 1 });
    assert.deepEqual(await ask(`${failed} / on (flow) queue`), { "{flow=a}": 150 / 360 });
    assert.deepEqual(await ask(`${failed} / ignoring (status) queue`), { "{flow=a}": 150 / 360 });
    assert.deepEqual(await ask(`${failed} / queue`), {});
    await assert.rejects(ask("queue / on (flow) jobs_total"), /several series on the right side of \/ fit one/);
  });

  it("pairs many with one where it is told to, with labels of the one where they are wanted", async () => {
    const { ask } = counters();
    const jobs = "increase(jobs_total[5m])";
    const shares = {
      "{flow=a}{status=failed}": 150 / 360,
      "{flow=a}{status=succeeded}": 600 / 360,
      "{flow=b}{status=succeeded}": 100 / 720,
    };
    assert.deepEqual(await ask(`${jobs} / ignoring (status) group_left queue`), shares);
    assert.deepEqual(await ask(`${jobs} / on (flow) group_left () queue`), shares);
    assert.deepEqual(await ask(`(queue > 400) * on (flow) group_right ${jobs}`), {
      "{flow=b}{status=succeeded}": 72_000,
    });
    assert.deepEqual(await ask('queue * on () group_left (status) (1 + jobs_total{status="failed"})'), {
      "{flow=a}{status=failed}": 360 * 1_801,
      "{flow=b}{status=failed}": 720 * 1_801,
    });
    await assert.rejects(ask(`queue / on (flow) group_left ${jobs}`), /several series on the right side/);
  });

  it("chooses by comparing, and keeps what the figure is called", async () => {
    const { ask } = counters();
    assert.deepEqual(await ask("queue > 400"), { "queue{flow=b}": 720 });
    assert.deepEqual(await ask("400 < queue"), { "queue{flow=b}": 720 });
    assert.deepEqual(await ask("queue > bool 400"), { "{flow=a}": 0, "{flow=b}": 1 });
    assert.deepEqual(await ask('queue == queue{flow="a"}'), { "queue{flow=a}": 360 });
  });

  it("joins sets", async () => {
    const { ask } = counters();
    assert.deepEqual(Object.keys(await ask('queue and queue{flow="a"}')), ["queue{flow=a}"]);
    assert.deepEqual(Object.keys(await ask('queue unless queue{flow="a"}')), ["queue{flow=b}"]);
    assert.deepEqual(await ask("missing or vector(3)"), { "": 3 });
  });
});

describe("other functions", () => {
  it("say what is not there", async () => {
    const { ask } = counters();
    assert.deepEqual(await ask('absent(missing{flow="a",x!="y"})'), { "{flow=a}": 1 });
    assert.deepEqual(await ask("absent(queue)"), {});
    assert.deepEqual(await ask("absent(sum(missing))"), { "": 1 });
  });

  it("turn numbers into vectors and back, and tell the time", async () => {
    const { ask, now } = counters();
    assert.deepEqual(await ask("vector(time())"), { "": now / 1_000 });
    assert.deepEqual(await ask('scalar(queue{flow="a"}) * 2'), { "": 720 });
    assert.deepEqual(await ask("scalar(queue)"), { "": Number.NaN });
  });

  it("round and clamp", async () => {
    const { ask } = counters();
    assert.deepEqual(await ask("round(vector(2.5)) + floor(vector(1.7)) + ceil(vector(1.2)) + abs(vector(-1))"), {
      "": 7,
    });
    assert.deepEqual(await ask("round(vector(27), 5)"), { "": 25 });
    assert.deepEqual(await ask("clamp_max(queue, 500)"), { "{flow=a}": 360, "{flow=b}": 500 });
    assert.deepEqual(await ask("clamp_min(queue, 500)"), { "{flow=a}": 500, "{flow=b}": 720 });
  });
});

describe("a histogram", () => {
  const bounds = [0.1, 0.5, 1];
  function histogram(counts: readonly number[]) {
    const made = world();
    const point = { type: "histogram", bounds, counts, sum: 6, count: counts.reduce((a, b) => a + b, 0) } as const;
    made.put("took_seconds", { kind: "run" }, () => point);
    return made;
  }

  it("is its buckets, its sum and its count", async () => {
    const { ask } = histogram([1, 3, 4, 2]);
    assert.deepEqual(await ask("increase(took_seconds_bucket[10s])"), {
      "{kind=run}{le=0.1}": 1,
      "{kind=run}{le=0.5}": 4,
      "{kind=run}{le=1}": 8,
      "{kind=run}{le=+Inf}": 10,
    });
    assert.deepEqual(await ask('took_seconds_bucket{le="0.5"}'), { "took_seconds_bucket{kind=run}{le=0.5}": 1_440 });
    assert.deepEqual(await ask("took_seconds_sum / took_seconds_count"), { "{kind=run}": 0.6 });
    await assert.rejects(ask("took_seconds"), /took_seconds is a histogram/);
  });

  it("has quantiles between the bounds, and none above the highest", async () => {
    const { ask } = histogram([1, 3, 4, 2]);
    const quantile = (share: number) =>
      ask(`histogram_quantile(${share}, sum by (le) (rate(took_seconds_bucket[5m])))`);
    // 5 of 10 are reached a quarter into the four that lie from 0.5 to 1.
    assert.deepEqual(await quantile(0.5), { "": 0.625 });
    assert.deepEqual(await quantile(0.05), { "": 0.05 });
    assert.deepEqual(await quantile(0.99), { "": 1 });
    assert.deepEqual(await quantile(2), { "": Infinity });
    assert.deepEqual(await quantile(-1), { "": -Infinity });
  });

  it("has no quantile where nothing was observed", async () => {
    const { ask } = histogram([0, 0, 0, 0]);
    assert.deepEqual(await ask("histogram_quantile(0.5, rate(took_seconds_bucket[5m]))"), { "{kind=run}": Number.NaN });
  });
});

describe("an expression that is wrong", () => {
  const cases: readonly (readonly [expression: string, says: RegExp, position: number])[] = [
    ["rate(x[5m]", /the expression ends too early/, 10],
    ["x{a=}", /this is not expected here/, 4],
    ["foo(x)", /there is no function foo/, 0],
    ["1 + ", /the expression ends too early/, 3],
    ["", /the expression ends too early|there is no expression/, 0],
    ["rate(x)", /rate\(\) takes a vector over a time, such as x\[5m\], here, and this is a vector/, 5],
    ["sum(x[5m])", /sum takes a vector here/, 4],
    ["x[5m]", /is no result/, 0],
    ["'text'", /a text is no result/, 0],
    ["abs()", /abs\(\) takes one argument, and has 0/, 0],
    ["topk(x)", /topk takes how many and a vector/, 0],
    ["1 > 2", /two numbers are compared with bool/, 2],
    ["1 and x", /and takes vectors on both sides/, 2],
    ["x + bool y", /bool stands behind comparisons only/, 2],
    ['x{a=~"("}', /this is no regular expression/, 5],
    ["x @ 5", /the modifier @ is part of PromQL, but not of what Tutti answers/, 0],
    ["rate(x[5m:1m])", /a query inside of a query/, 5],
    ["x and on (a) group_left () y", /and pairs many with many, without group_left/, 2],
    ["stddev(x)", /stddev is part of PromQL/, 0],
    ["label_replace(x, 'a', 'b', 'c', 'd')", /label_replace\(\) is part of PromQL/, 0],
    ['{job="x"}', /a selector without the whole name of one figure/, 0],
    ["(x + y)[5m]", /behind the name of a figure only/, 0],
    ["sum(x) offset 5m", /offset stands behind the name/, 0],
    ['x{a="b', /the expression ends too early/, 6],
  ];
  for (const [expression, says, position] of cases) {
    it(`says where: ${expression || "(nothing)"}`, async () => {
      await assert.rejects(world().ask(expression), (error) => {
        assert.ok(error instanceof TuttiError, String(error));
        assert.equal(error.code, "usage.invalid");
        assert.match(error.message, says);
        assert.deepEqual(error.data, { position });
        return true;
      });
    });
  }

  it("shows the place under the line", async () => {
    await assert.rejects(world().ask("sum(\n  rate(x)\n)"), (error) => {
      assert.match(String(error), /\n {4}rate\(x\)\n {9}\^$/);
      return true;
    });
  });
});

describe("a query that is too large", () => {
  it("is refused before it is computed", async () => {
    const { store, clock, now } = world();
    const ask = (from: number, to: number, stepMs: number) =>
      queryMetrics({ store, clock }, { expression: "vector(1)", from, to, stepMs }, new AbortController().signal);
    await assert.rejects(ask(0, now, 1_000), /at most 11000 are computed at once/);
    await assert.rejects(ask(now, now - 1, 1_000), /the end lies before the start/);
  });
});
