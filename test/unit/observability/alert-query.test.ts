import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { comparisonOf } from "../../../src/observability/alert/comparison.ts";
import { defaultRules } from "../../../src/observability/alert/default-rules.ts";
import { metricNames, unknownNames } from "../../../src/observability/alert/metric-name.ts";
import { ruleName } from "../../../src/observability/alert/rule-input.ts";
import { matches, toMatcher } from "../../../src/observability/alert/silence.ts";

describe("the names of an expression's series", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['sum(increase(tutti_runs_total{flow="a",status="failed"}[10m])) > 3', ["tutti_runs_total"]],
    ["sum by (flow) (rate(a_total[5m])) / sum without(x)(b_total) > 0.5", ["a_total", "b_total"]],
    ['x{l="y_total"} and on(flow) z unless bool offset 5m', ["x", "z"]],
    ["vector(1) > 1.5e3", []],
  ];
  for (const [expression, names] of cases)
    it(`are ${names.join(" and ") || "none"} in ${expression}`, () => {
      assert.deepEqual(metricNames(expression), names);
    });

  it("are known where the histogram is of which they are a part", () => {
    const known = new Set(["wait_seconds"]);
    assert.deepEqual(unknownNames("rate(wait_seconds_bucket[1m]) > 1", known), []);
    assert.deepEqual(unknownNames("rate(queue_seconds_count[1m]) > 1", known), ["queue_seconds_count"]);
  });

  it("are not missed where what is absent is asked for", () => {
    assert.deepEqual(unknownNames("absent(up)", new Set()), []);
  });
});

describe("the comparison at an expression's end", () => {
  it("gives what is drawn and the line that it is compared with", () => {
    assert.deepEqual(comparisonOf("sum(a) / sum(b) >= 0.5"), { left: "sum(a) / sum(b)", threshold: 0.5 });
    assert.deepEqual(comparisonOf("(a >= 3) / b > -1e3"), { left: "(a >= 3) / b", threshold: -1_000 });
  });

  it("is none where what is left would mean something else", () => {
    for (const expression of ["a > 1 and b > 3", "sum(a > 3)", "a", "absent(a)", "a > b", "a > bool 3"])
      assert.equal(comparisonOf(expression), null, expression);
  });

  it("is not sought within a text", () => {
    assert.deepEqual(comparisonOf('a{b="x and (y"} > 3'), { left: 'a{b="x and (y"}', threshold: 3 });
  });
});

describe("Tutti's own rules", () => {
  it("have names that Prometheus takes, a sentence, and what to do", () => {
    for (const { name, summary, advice } of defaultRules) {
      assert.ok(ruleName.safeParse(name).success, name);
      assert.ok(summary.length > 20 && advice.length > 10, name);
    }
    assert.equal(new Set(defaultRules.map(({ name }) => name)).size, defaultRules.length);
  });

  it("stand in docs/observability.md, with how much they matter", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/observability.md"), "utf8");
    const rows = [...page.matchAll(/^\| ([A-Z][A-Za-z]+) \| .+ \| (info|warning|critical) \|$/gm)];
    const told = rows.map(([, name, severity]) => `${name} ${severity}`);
    assert.deepEqual(told.toSorted(), defaultRules.map(({ name, severity }) => `${name} ${severity}`).toSorted());
  });

  it("compare with a number at their end, so that a chart has a line", () => {
    for (const { name, query } of defaultRules)
      if (query.kind === "metrics") assert.ok(comparisonOf(query.expression), name);
  });
});

describe("a matcher of a silence", () => {
  it("fits whole values, beginnings, and what is not there as empty", () => {
    const labels = { flow: "triage", model: "ollama/llama3.2" };
    const fits = (text: string): boolean => matches(toMatcher(text), labels);
    assert.deepEqual(
      ["flow=triage", "flow=tri", "flow=tri*", "flow!=triage", "model!=openai/*", "team=", "team!=ops"].map(fits),
      [true, false, true, false, true, true, true],
    );
  });

  it("that is none is refused with how to write it", () => {
    assert.throws(() => toMatcher("triage"), /does not say which label/);
  });
});
