// Holds docs/yaml-flows.md to the truth.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import { compileExpression } from "../../../src/engine/yaml/expression.ts";
import { flowKeys, parseYamlFlow } from "../../../src/engine/yaml/yaml-flow.ts";
import { workVerbs } from "../../../src/engine/yaml/work-verb.ts";
import { controlVerbs } from "../../../src/engine/yaml/compile-control.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/yaml-flows.md"), "utf8");
const codes = (part: string): string[] => [...part.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
const section = (title: string): string => text.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
const rows = (part: string): string[][] =>
  [...part.matchAll(/^\| ?(.*?) ?\|$/gm)]
    .map(([, row = ""]) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .slice(2);

describe("docs/yaml-flows.md", () => {
  it("has a flow that is one, and one whose mistakes are told as it says", () => {
    const [good = "", wrong = ""] = [...text.matchAll(/^```yaml[^\n]*\n([\s\S]*?)^```$/gm)].map(
      ([, body = ""]) => body,
    );
    assert.equal(parseYamlFlow(good, "flows/count-words.yaml").name, "count-words");
    const told = /✕ (.*?)  flow\.invalid\n {2}(.*)\n/.exec(text)?.slice(1).join("\n");
    assert.throws(
      () => parseYamlFlow(wrong, "flows/wrong.yaml"),
      (error) => {
        assert.ok(error instanceof TuttiError);
        assert.equal(error.message, told);
        return true;
      },
    );
  });

  it("names every key of a file and every kind of step with its values", () => {
    assert.deepEqual(
      rows(section("The file"))
        .flatMap(([key = ""]) => codes(key))
        .toSorted(),
      flowKeys.toSorted(),
    );
    const table = rows(section("Steps"));
    assert.deepEqual(
      table.flatMap(([kind = ""]) => codes(kind)).toSorted(),
      [...workVerbs.keys(), ...controlVerbs.keys()].toSorted(),
    );
    for (const [kind = "", values = ""] of table) {
      const verb = workVerbs.get(codes(kind)[0] ?? "");
      if (!verb || codes(kind).length > 1) continue;
      const names = codes(values).filter((code) => !code.startsWith("{"));
      assert.deepEqual(names.toSorted(), Object.keys(verb.schema.shape).toSorted(), kind);
      const short = /`(\w+)` \[/.exec(values)?.[1];
      assert.equal(short, verb.short, kind);
    }
  });

  it("says of whole numbers what is so", () => {
    const known = { variables: new Set(["input"]), steps: new Set<string>(), input: new Set(["n"]) };
    const evaluate = (source: string): unknown => compileExpression(source, known).evaluate({ input: { n: 7 } });
    assert.deepEqual([evaluate("7 / 2"), evaluate("input.n / 2")], [3, 3.5]);
  });
});
