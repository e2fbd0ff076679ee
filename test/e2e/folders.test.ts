// Where flows are sought and runs work: in the folder that a command is called from, whoever hosts the data.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rmSync } from "node:fs";
import type { RunRecord } from "../../src/core/step.ts";
import { Project } from "../support/project.ts";

const where = (name: string): string => `import { flow } from "tutti";
export default flow({ name: "where", async run(step) {
  const shell = await step.shell("shell", ["pwd"]);
  return { flow: "${name}", run: await step.run("run", ({ folder }) => folder), shell: shell.stdout.trim() };
} });
`;

function twoFlows(): Project {
  const project = new Project();
  project.write("flows/where.ts", where("outer"));
  project.write("part/flows/where.ts", where("inner"));
  project.write("part/flows/only-here.ts", where("only here").replace(`"where"`, `"only-here"`));
  project.write("part/deep/x", "");
  return project;
}

describe("the folder that a command is called from", { concurrency: 2 }, () => {
  for (const hosted of [false, true]) {
    it(`is where its flow and its files are${hosted ? ", though the host was started elsewhere" : ""}`, async () => {
      await using project = twoFlows();
      if (hosted) await project.start(["work"]).says(/Working/);
      else assert.deepEqual((await project.json<RunRecord>("run", "where")).status, "succeeded");
      const part = project.path("part");
      for (const words of [["where"], ["./flows/where.ts"], ["flows/where.ts"]]) {
        const { stdout } = await project.tuttiIn("part", "run", ...words, "--json");
        const { output } = JSON.parse(stdout) as RunRecord;
        assert.deepEqual(output, { flow: "inner", run: part, shell: part }, words.join(" "));
      }
      const deep = await project.tuttiIn("part/deep", "run", "only-here", "--json");
      assert.equal((JSON.parse(deep.stdout) as { output: { shell: string } }).output.shell, project.path("part/deep"));
      const shown = await project.tuttiIn("part/flows", "flow", "show", "./where.ts", "--json");
      assert.equal(shown.code, 0, shown.stderr);
      const listed = JSON.parse((await project.tuttiIn("part", "flow", "list", "--json")).stdout) as object[];
      assert.equal(listed.length, 3, "two flows and the one that Tutti brings along");
      const { output } = await project.json<RunRecord>("run", "where");
      assert.deepEqual(output, { flow: "outer", run: project.folder, shell: project.folder });
    });
  }

  it("stays the run's, whoever goes on with it", async () => {
    await using project = new Project();
    project.write(".tutti/.keep", "");
    project.write(
      "part/flows/later.ts",
      `import { flow } from "tutti";
export default flow({ name: "later", async run(step) {
  await step.waitFor("go", { event: "go" });
  return (await step.shell("shell", ["pwd"])).stdout.trim();
} });
`,
    );
    const part = project.path("part");
    const first = await project.tuttiIn("part", "run", "later", "--until-idle", "--json");
    const { id } = JSON.parse(first.stdout) as RunRecord;
    await project.tutti("event", "emit", "go");
    assert.equal((await project.json<RunRecord>("run", "watch", id)).output, part);
  });

  it("may be gone: then the run goes on where its host is", async () => {
    await using project = new Project();
    project.flow(
      "later",
      `await step.waitFor("go", { event: "go" }); return (await step.shell("s", ["pwd"])).stdout.trim();`,
    );
    project.write(".tutti/.keep", "");
    project.write("part/x", "");
    const first = await project.tuttiIn("part", "run", "later", "--until-idle", "--json");
    const { id } = JSON.parse(first.stdout) as RunRecord;
    rmSync(project.path("part"), { recursive: true });
    await project.tutti("event", "emit", "go");
    assert.equal((await project.json<RunRecord>("run", "watch", id)).output, project.folder);
  });
});
