import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerOf, previewSentence, unitOf, valueText, type Rule } from "../../../web/pages/alerts/alert-words.ts";
import {
  durationText,
  emptyForm,
  expressionOf,
  formOf,
  queryOf,
  ruleInput,
  type Metric,
  type RuleForm,
} from "../../../web/pages/alerts/builder.ts";
import { chartOf } from "../../../web/pages/alerts/chart.ts";

const metric = (type: Metric["type"]): Metric => ({ name: "x", type, labels: [] });
const form = (part: Partial<RuleForm>): RuleForm => ({ ...emptyForm, metric: "x", only: "", by: "", ...part });
const rule = (query: Rule["query"], more: Partial<Rule> = {}): Rule => ({
  name: "Mine",
  summary: "It is so",
  advice: "",
  severity: "warning",
  query,
  forMs: 0,
  labels: {},
  channels: null,
  isEnabled: true,
  isDefault: false,
  isChanged: false,
  state: "normal",
  since: null,
  problem: null,
  instances: [],
  timeline: [],
  ...more,
});

describe("a rule from choices", () => {
  it("counts what a counter added, takes a gauge as it stands, and nine tenths of a histogram", () => {
    assert.equal(expressionOf(form({ by: "flow" }), metric("counter")), "sum by (flow) (increase(x[10m])) > 3");
    assert.equal(expressionOf(form({ only: 'a="b"' }), metric("gauge")), 'max (x{a="b"}) > 3');
    assert.equal(expressionOf(form({ comparison: "<" }), metric("gauge")), "min (x) < 3");
    assert.equal(
      expressionOf(form({ by: "model" }), metric("histogram")),
      "histogram_quantile(0.9, sum by (le, model) (rate(x_bucket[10m]))) > 3",
    );
  });

  it("is no query while a part of it is missing", () => {
    assert.equal(queryOf(form({ number: "" }), metric("gauge")), null);
    assert.equal(queryOf(form({ kind: "promql", promql: " " }), undefined), null);
    assert.equal(queryOf(form({ kind: "logs", search: "" }), undefined), null);
    assert.equal(queryOf(form({ kind: "traces", search: "a", number: "-1" }), undefined), null);
  });

  it("counts records where it looks at logs or traces", () => {
    const query = queryOf(form({ kind: "logs", search: "level:error", number: "5", wait: "1m" }), undefined);
    assert.deepEqual(query, { logs: "level:error", above: 5, within: "10m", for: "1m" });
  });

  it("holds a stored rule again as it was", () => {
    const stored = rule({ kind: "logs", query: "level:error", windowMs: 5_400_000, above: 4 }, { forMs: 90_000 });
    const held = formOf({ ...stored, channels: ["mail", "log"] });
    assert.deepEqual(queryOf(held, undefined), { logs: "level:error", above: 4, within: "90m", for: "90s" });
    const { channels, name } = ruleInput(held, queryOf(held, undefined) ?? { for: "0s" });
    assert.deepEqual([name, channels], ["Mine", ["mail", "log"]]);
  });

  it("writes spans that the daemon reads back", () => {
    assert.deepEqual([0, 1_500, 90_000, 7_200_000, 86_400_000].map(durationText), ["0s", "1500ms", "90s", "2h", "1d"]);
  });
});

describe("alerts in words", () => {
  it("begin with what fires, or with how many are watched", () => {
    const query = { kind: "metrics", expression: "x" } as const;
    const fires = { ...rule(query), state: "firing" } as const;
    assert.equal(answerOf([fires]), "Mine fires.");
    assert.equal(answerOf([fires, { ...fires, name: "Other" }]), "Mine, Other fire.");
    assert.match(answerOf([rule(query), { ...rule(query), state: "disabled" }]), /^Nothing fires. 1 rule watched/);
  });

  it("tell a value in the unit that its names say", () => {
    const unit = (expression: string) => unitOf(rule({ kind: "metrics", expression }));
    assert.equal(unit("max(tutti_queue_age_seconds) > 600"), "seconds");
    assert.equal(unit("histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m]))) > 30"), "seconds");
    assert.equal(unit("max(process_resident_memory_bytes) > 1e6"), "bytes");
    assert.equal(unit("sum(tutti_storage_bytes) / max(tutti_storage_cap_bytes) > 0.9"), null);
    assert.equal(unit("sum(rate(x_seconds_sum[5m])) > 1"), null);
    assert.deepEqual(
      [valueText(720, "seconds"), valueText(0.0005, "seconds"), valueText(211_300_000), valueText(null)].map((text) =>
        text.replaceAll("\u202f", " "),
      ),
      ["12 min", "0.5 ms", "211 M", "–"],
    );
  });

  it("say how often a rule would have fired", () => {
    const said = previewSentence({ fired: 2, firingMs: 840_000, from: 0, to: 86_400_000 });
    assert.equal(said.replaceAll("\u202f", " "), "In the last 24 hours it would have fired 2 times, for 14 min.");
  });
});

describe("the chart of a preview", () => {
  const series = (points: readonly (readonly [number, number | null])[]) => [
    { labels: {}, points: points.map(([at, value]) => ({ at, value })) },
  ];

  it("breaks its line where nothing is known", () => {
    const points = [
      [0, 1],
      [10, 1],
      [20, null],
      [30, 1],
      [40, 1],
      [80, 1],
    ] as const;
    const [path = ""] = chartOf({ from: 0, to: 100, series: series(points), threshold: null }).paths;
    assert.equal(path.match(/M/g)?.length, 3);
    assert.equal(path.match(/L/g)?.length, 2);
  });

  it("has room for its line above what was seen", () => {
    const { thresholdY, top, bottom } = chartOf({ from: 0, to: 10, series: series([[0, 1]]), threshold: 10 });
    assert.ok(top > 10 && bottom === 0 && thresholdY !== null && thresholdY > 0);
  });

  it("can be drawn where all is nought", () => {
    const { paths } = chartOf({ from: 0, to: 10, series: series([[0, 0]]), threshold: null });
    assert.ok(paths[0]?.startsWith("M0 100"));
  });
});
