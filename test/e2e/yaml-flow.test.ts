// A YAML flow through the whole product, in real processes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { until } from "../support/command.ts";
import { errorOf, Project } from "../support/project.ts";

const stages = `input: { last: { type: int, default: 3 }, word: string? }
steps:
  - name: one
    shell: [sh, -c, "echo one >>marks"]
  - name: two
    shell: [sh, -c, "echo two >>marks; until [ -e go ]; do sleep 0.02; done"]
  - name: three
    shell: [sh, -c, 'echo "three $1" >>marks', sh, "\${{ input.last }}"]
output: \${{ input.last + 1 }}
`;

describe("a YAML flow", { concurrency: 2 }, () => {
  it("runs by its path with flags for its input, and goes on after kill -9 behind what is stored", async () => {
    await using project = new Project();
    project.write("more/stages.yaml", stages);
    const host = project.start(["run", "more/stages.yaml", "--input", "last=4"]);
    await until("step two runs", () => project.marks().includes("two"));
    await host.kill();
    project.write("go", "");
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
    const [run] = await project.json<RunRecord[]>("run", "list");
    const { output, status } = await project.json<RunRecord>("run", "get", run?.id ?? "");
    assert.deepEqual([status, output], ["succeeded", 5]);
    assert.deepEqual(project.marks(), ["one", "two", "two", "three 4"]);
  });

  it("is listed and shown by name; a wrong input and a broken file are told with their place", async () => {
    await using project = new Project();
    project.write("flows/stages.yaml", `description: In stages\nversion: 7\n${stages}`);
    project.write("flows/broken.yaml", "steps:\n  - name: a\n    shel: [ls]\n");
    const list = await project.json<{ name: string; description: string | null; problem: string | null }[]>(
      "flow",
      "list",
    );
    assert.equal(list.find(({ name }) => name === "stages")?.description, "In stages");
    assert.match(
      list.find(({ name }) => name === "broken")?.problem ?? "",
      /broken\.yaml:3:5: "shel" is not a kind of step/,
    );
    const shown = await project.json<{ version: string; inputSchema: { properties: object } }>(
      "flow",
      "show",
      "stages",
    );
    assert.deepEqual([shown.version, Object.keys(shown.inputSchema.properties)], ["7", ["last", "word"]]);
    const wrong = await project.tutti("run", "stages", "--input", "lst=4", "--json");
    assert.deepEqual([wrong.code, errorOf(wrong).code], [3, "flow.input_invalid"]);
    assert.match(errorOf(wrong).hint ?? "", /Did you mean last\?/);
    const broken = await project.tutti("run", "broken", "--json");
    assert.deepEqual(
      [errorOf(broken).code, errorOf(broken).where?.endsWith("flows/broken.yaml:3:5")],
      ["flow.invalid", true],
    );
  });

  it("finds its schema where `tutti init` has put it", async () => {
    await using project = new Project();
    assert.equal((await project.tutti("init", "--yes")).code, 0);
    const { title } = JSON.parse(readFileSync(project.path(".tutti/pkg/docs/flow.schema.json"), "utf8")) as {
      title: string;
    };
    assert.equal(title, "A Tutti flow");
  });
});
