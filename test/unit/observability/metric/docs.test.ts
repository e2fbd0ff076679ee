import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeFamilies } from "../../../../src/app.ts";
import { homeToDescribe } from "../../../../src/cli/nowhere.ts";
import { functions, aggregateOperators } from "../../../../src/observability/metric/promql/expression.ts";
import { readPage, writePageWhereAsked } from "../../cli/reference.ts";

const mark = "<!-- This table is made from the program by test/unit/observability/metric/docs.test.ts. -->";
const howToWrite = "write it anew with: TUTTI_TEST_WRITE=1 npm test -- test/unit/observability/metric/docs.test.ts";

const families = describeFamilies({ ...homeToDescribe(), environment: {} });

describe("docs/observability.md", () => {
  it("lists every figure that there is, and no other", () => {
    const page = readPage("observability.md");
    const [before = "", rest = ""] = page.split(mark);
    const after = rest.replace(/^\s*(\|.*\n)*/, "");
    const expected = `${before}${mark}\n\n${tableOfFamilies()}\n${after.startsWith("\n") ? "" : "\n"}${after}`;
    writePageWhereAsked("observability.md", expected);
    assert.equal(readPage("observability.md"), expected, howToWrite);
  });

  it("names every function and aggregation of PromQL that there is", () => {
    const page = readPage("observability.md");
    for (const name of [...Object.keys(functions), ...aggregateOperators])
      assert.ok(page.includes(`\`${name}\``), name);
  });
});

describe("the figures of all rooms", () => {
  it("have names, helps and units as Prometheus wants them", () => {
    for (const { name, type, help, unit, labels } of families) {
      assert.match(name, /^(tutti|gen_ai)_[a-z\d_]+$/, name);
      assert.equal(name.endsWith("_total"), type === "counter", name);
      assert.doesNotMatch(name, /_(bucket|sum|count)$/, name);
      assert.match(help, /^[A-Z\d].*\.$/s, `${name} has no help`);
      if (unit !== "" && unit !== "tokens") assert.match(name, new RegExp(`_${unit}(_total)?$`), name);
      for (const label of labels) assert.match(label, /^[a-z][a-z\d_]*$/, name);
    }
  });

  it("are each declared once, and no two are one family in OpenMetrics", () => {
    const names = families.map(({ name }) => name.replace(/_total$/, ""));
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    );
  });
});

function tableOfFamilies(): string {
  const rows = families
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, type, labels, help }) => {
      const told = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${told} | ${help.replaceAll("|", "\\|")} |`;
    });
  return ["| family | type | labels | what it tells |", "|---|---|---|---|", ...rows].join("\n");
}
