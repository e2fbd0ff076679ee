import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { figuresOf, lonely, toChartData } from "../../../web/chart/chart-data.ts";
import { moved, zoomed } from "../../../web/chart/chart-key.ts";
import { tickText } from "../../../web/chart/tick.ts";
import {
  addressOf,
  choiceIn,
  textOf,
  type ChartChoice,
  type ChosenFigure,
} from "../../../web/pages/metrics/chart-choice.ts";
import { planOf } from "../../../web/pages/metrics/chart-plan.ts";
import { expressionsOf, splitExpressions } from "../../../web/pages/metrics/expression.ts";
import { groupsOf, shortName, typeOf, type Family } from "../../../web/pages/metrics/family.ts";
import { namesOf } from "../../../web/pages/metrics/series-name.ts";
import { partIn, promDuration, rangeOf, stepOf } from "../../../web/pages/metrics/time-range.ts";
import { scaleOf, unitOfTexts } from "../../../web/pages/metrics/unit.ts";
import { parsePromql } from "../../../src/observability/metric/promql/parse.ts";

const family = (name: string, type: Family["type"], given: Partial<Family> = {}): Family => ({
  name,
  type,
  help: "",
  unit: "",
  labels: [],
  isStored: true,
  ...given,
});
const runs = family("tutti_runs_total", "counter", { labels: ["flow", "status"], help: "Runs that have ended." });
const took = family("tutti_run_duration_seconds", "histogram", { unit: "seconds", labels: ["flow"] });
const age = family("tutti_queue_age_seconds", "gauge", { unit: "seconds" });
const bytes = family("tutti_storage_bytes", "gauge", { unit: "bytes", labels: ["part"] });
const of = (metric: string, given: Partial<ChosenFigure> = {}): ChosenFigure => ({
  metric,
  way: null,
  by: [],
  where: {},
  ...given,
});
const minute = 60_000;
const plainText = (text: string): string => text.replaceAll("\u202f", " ");

describe("a figure that is chosen", () => {
  it("is drawn as its type is looked at: a counter by its speed, a histogram by p50 and p95, a gauge as it is", () => {
    assert.deepEqual(expressionsOf(of(runs.name), runs, 5 * minute), ["sum(rate(tutti_runs_total[5m]))"]);
    assert.deepEqual(expressionsOf(of(took.name), took, 15 * minute), [
      "histogram_quantile(0.5, sum by (le) (rate(tutti_run_duration_seconds_bucket[15m])))",
      "histogram_quantile(0.95, sum by (le) (rate(tutti_run_duration_seconds_bucket[15m])))",
    ]);
    assert.deepEqual(expressionsOf(of(age.name), age, minute), ["tutti_queue_age_seconds"]);
  });

  it("has a line for each value of labels, and only of some", () => {
    const chosen = of(runs.name, { way: "added", by: ["status"], where: { flow: ["a.b", 'c"'], status: ["failed"] } });
    assert.deepEqual(expressionsOf(chosen, runs, minute), [
      String.raw`sum by (status) (increase(tutti_runs_total{flow=~"a\\.b|c\"", status="failed"}[5m]))`,
    ]);
  });

  it("never adds up ages, but adds up sizes", () => {
    assert.deepEqual(expressionsOf(of(age.name, { by: ["flow"] }), age, minute), [
      "max by (flow) (tutti_queue_age_seconds)",
    ]);
    assert.deepEqual(expressionsOf(of(bytes.name, { by: ["part"] }), bytes, minute), [
      "sum by (part) (tutti_storage_bytes)",
    ]);
  });

  it("stands for PromQL that the daemon understands, whatever the way", async () => {
    for (const known of [runs, took, age])
      for (const way of ["rate", "added", "total", "quantiles", "mean", "count", "amount", "sum", "highest"] as const)
        for (const expression of expressionsOf(
          of(known.name, { way, by: ["flow"], where: { flow: ["a|b"] } }),
          known,
          minute,
        ))
          await parsePromql(expression);
  });

  it("is told by its type, and by its name where another program has sent it", () => {
    assert.equal(typeOf({ name: "claude_code_cost_usage_USD_total", type: null }), "counter");
    assert.equal(typeOf({ name: "things", type: null }), "gauge");
    assert.equal(shortName("gen_ai_client_operation_duration_seconds"), "operation duration");
    assert.equal(shortName("tutti_runs_total"), "runs");
  });

  it("is found by a word of its name, its meaning or its labels, in groups with the process last", () => {
    const all = [family("process_cpu_seconds_total", "counter"), runs, family("shop_orders_total", null), age];
    assert.deepEqual(
      groupsOf(all).map(({ name }) => name),
      ["Runs", "Queue", "Shop", "Process"],
    );
    assert.deepEqual(
      groupsOf(all, "ended status").flatMap(({ families }) => families),
      [runs],
    );
    assert.deepEqual(groupsOf(all, "nothing like it"), []);
  });
});

describe("what somebody writes", () => {
  it("is an expression on each line, and open brackets go on in the next", () => {
    assert.deepEqual(splitExpressions('up\n\n  sum by (flow) (\n rate(x{a="("}[5m])\n)\nup{b=")"}'), [
      "up",
      'sum by (flow) (\n rate(x{a="("}[5m])\n)',
      'up{b=")"}',
    ]);
    assert.deepEqual(splitExpressions("sum(up"), ["sum(up"]);
  });

  for (const [text, of_, isSpeed] of [
    ["tutti_queue_age_seconds", "seconds", false],
    ["sum(rate(tutti_runs_total[5m]))", "number", true],
    ["histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))", "seconds", false],
    ["rate(x_seconds_count[5m])", "number", true],
    ["tutti_storage_bytes / tutti_storage_cap_bytes", "number", false],
    ['max(tutti_storage_bytes{part="a/b"})', "bytes", false],
  ] as const)
    it(`has the unit that its names tell: ${text}`, () => assert.deepEqual(unitOfTexts([text]), { of: of_, isSpeed }));

  it("has no unit where its lines have different ones", () =>
    assert.deepEqual(unitOfTexts(["x_seconds", "y_bytes"]), { of: "number", isSpeed: false }));
});

describe("the address of a chart", () => {
  for (const choice of [
    of(runs.name),
    of(runs.name, { way: "added", by: ["flow", "status"], where: { flow: ["a,b:c", "é%"], status: ["failed"] } }),
    { text: "sum(up)\nrate(x[5m])" },
  ] satisfies ChartChoice[])
    it(`says all of it: ${textOf(choice)}`, () =>
      assert.deepEqual(choiceIn(new URLSearchParams(textOf(choice))), choice));

  it("says nothing where nothing is chosen, and takes away what was", () => {
    assert.equal(choiceIn(new URLSearchParams("range=1h&q=+")), null);
    assert.deepEqual(Object.values(addressOf(null)), [null, null, null, null, null]);
    assert.deepEqual(choiceIn(new URLSearchParams("m=x&way=sideways&where=a:%25E0,b")), of("x"));
  });

  it("holds the time, and the part of it that is looked at", () => {
    assert.deepEqual(rangeOf(new URLSearchParams("range=7d")), { span: "7d", part: null });
    assert.deepEqual(rangeOf(new URLSearchParams("range=2y&from=20&to=10")), { span: "6h", part: null });
    assert.deepEqual(rangeOf(new URLSearchParams("from=10&to=20")).part, { from: 10, to: 20 });
    assert.deepEqual(partIn(100_000, 101_000, 1e9), { from: "70500", to: "130500" });
  });
});

describe("the time of a chart", () => {
  for (const [range, stepMs] of [
    ["1h", 30_000],
    ["6h", 5 * minute],
    ["24h", 15 * minute],
    ["7d", 120 * minute],
    ["30d", 360 * minute],
  ] as const)
    it(`has about a hundred values in ${range}`, () =>
      assert.equal(stepOf(rangeOf(new URLSearchParams({ range }))), stepMs));

  it("is written as PromQL writes it", () =>
    assert.deepEqual([30_000, 90_000, 7_200_000, 86_400_000].map(promDuration), ["30s", "90s", "2h", "1d"]));

  it("has under each line of its axis what tells it from its neighbours", () => {
    const at = Date.UTC(2026, 10, 25, 9, 5, 30);
    assert.equal(tickText(at, 30_000, true), "09:05:30");
    assert.equal(tickText(at, 5 * minute, true), "09:05");
    assert.equal(tickText(Date.UTC(2026, 10, 25), 5 * minute, true), "25 Nov");
    assert.equal(tickText(at, 86_400_000, true), "25 Nov");
  });
});

describe("the lines of a chart", () => {
  const grid = { from: 0, to: 30, stepMs: 10 };

  it("have a gap where nothing is known", () => {
    const { times, lines } = toChartData(
      grid,
      [
        {
          name: "a",
          points: [
            [0, 1],
            [20, 0],
            [30, null],
          ],
        },
      ],
      "sum",
    );
    assert.deepEqual(times, [0, 10, 20, 30]);
    assert.deepEqual(lines[0]?.values, [1, null, 0, null]);
    assert.deepEqual(figuresOf({ values: [1, null, 0, null] }), { last: 0, least: 0, most: 1, mean: 0.5 });
    assert.deepEqual(figuresOf({ values: [null] }), { last: null, least: null, most: null, mean: null });
    assert.deepEqual(lonely([1, null, 2, 3, null, 4]), [0, 5]);
  });

  it("are five at most, by name, and the smaller ones are one", () => {
    const series = Array.from({ length: 8 }, (_none, index) => ({
      name: String.fromCharCode("h".charCodeAt(0) - index),
      points: [
        [0, index + 1],
        [10, null],
      ] as const,
    }));
    const { lines } = toChartData(grid, series, "sum");
    assert.deepEqual(
      lines.map(({ name, values }) => [name, values[0], values[1]]),
      [
        ["a", 8, null],
        ["b", 7, null],
        ["c", 6, null],
        ["d", 5, null],
        ["e", 4, null],
        ["3 others, added up", 6, null],
      ],
    );
    assert.equal(toChartData(grid, series, "highest").lines.at(-1)?.values[0], 3);
    assert.equal(toChartData(grid, series.slice(2), "sum").lines.at(-1)?.name, "f");
  });

  it("are named by what tells them apart", () => {
    const named = (expression: string, labels: Readonly<Record<string, string>>) => ({ expression, labels });
    assert.deepEqual(namesOf([named("x", { flow: "a", status: "ok" }), named("x", { flow: "b", status: "ok" })]), [
      "a",
      "b",
    ]);
    assert.deepEqual(namesOf([named("x", {})]), ["all"]);
    assert.deepEqual(namesOf([named("x", { part: "runs" })]), ["runs"]);
    assert.deepEqual(namesOf([named("histogram_quantile(0.5, y)", {}), named("histogram_quantile(0.999, y)", {})]), [
      "p50",
      "p99.9",
    ]);
    assert.deepEqual(namesOf([named("x", { a: "1", b: "2" }), named("x", { a: "2", b: "1" })]), [
      "a 1, b 2",
      "a 2, b 1",
    ]);
  });

  it("are reached by keys: left and right, the ends, closer and away", () => {
    assert.deepEqual(
      [
        moved("ArrowLeft", null, 9),
        moved("ArrowLeft", 0, 9),
        moved("ArrowRight", 3, 9),
        moved("End", 3, 9),
        moved("Escape", 3, 9),
      ],
      [9, 0, 4, 9, null],
    );
    assert.equal(moved("Escape", null, 9), undefined);
    assert.equal(moved("x", 3, 9), undefined);
    assert.deepEqual(zoomed("+", [0, 10, 20], 1), [5, 15]);
    assert.deepEqual(zoomed("-", [0, 10, 20], null), [-10, 30]);
  });
});

describe("the scale of a chart", () => {
  it("says rare things by the minute or by the hour", () => {
    const speed = { of: "number", isSpeed: true } as const;
    assert.equal(scaleOf(speed, 12).format(12), "12/s");
    assert.equal(scaleOf(speed, 0.05).format(0.05), "3/min");
    assert.equal(scaleOf(speed, 0.001).format(0.001), "3.6/h");
  });

  it("writes seconds, sizes and shares as the rest of the pages does", () => {
    const written = (of: "seconds" | "bytes" | "ratio" | "number", value: number): string =>
      plainText(scaleOf({ of, isSpeed: false }, value).format(value));
    assert.deepEqual(
      [
        written("seconds", 0.00025),
        written("seconds", 0.25),
        written("seconds", 90),
        written("bytes", 48_700_000),
        written("ratio", 0.25),
        written("number", 1_234_567),
      ],
      ["250 µs", "250 ms", "1 min 30 s", "48.7 MB", "25 %", "1.23 M"],
    );
  });
});

describe("a plan", () => {
  it("is there for a figure that is known, with what it is called", () => {
    const plan = planOf(of(runs.name, { way: "added", by: ["status"] }), [runs], 15 * minute);
    assert.equal(plainText(plan?.title ?? ""), "Runs, how many in 15 min, by status");
    assert.equal(plan?.others, "sum");
    assert.equal(planOf(of(age.name, { where: { flow: ["a", "b"] } }), [age], minute)?.title, "Queue age, only a, b");
    assert.equal(planOf(of(took.name), [took], minute)?.others, "highest");
    assert.equal(planOf(of("gone"), [runs], minute), null);
  });
});
