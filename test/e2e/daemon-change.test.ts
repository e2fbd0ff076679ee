// What a daemon does when what it stands on changes under it: flows, settings, the folder itself.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { until } from "../support/command.ts";
import { factsOf, logOf, startDetachedUp, startUp } from "../support/daemon.ts";
import { Project } from "../support/project.ts";

describe("a flow that is changed while the daemon is up", { concurrency: 2 }, () => {
  it("runs as it is from then on, and so does one that imports a changed file", async () => {
    await using project = new Project();
    project.write("lib.ts", `export const word: string = "old";\n`);
    const flow = (more: string): string =>
      `import { flow } from "tutti";\nimport { word } from "../lib.ts";\n` +
      `export default flow({ name: "say", run: async (step) => step.run("say", () => word + "${more}") });\n`;
    project.write("flows/say.ts", flow(""));
    const { command } = await startUp(project);
    assert.equal((await project.json<RunRecord>("run", "say")).output, "old");
    project.write("lib.ts", `export const word: string = "changed";\n`);
    assert.equal((await project.json<RunRecord>("run", "say")).output, "changed");
    project.write("flows/say.ts", flow(" again"));
    assert.equal((await project.json<RunRecord>("run", "say")).output, "changed again");
    await command.says(/lib\.ts changed: what starts from now on uses the new code/);
  });

  it("leaves a run that is being worked on with the code that it began with", async () => {
    await using project = new Project();
    const body = (word: string): string => `await step.run("wait", () => opened("go"));
    return step.run("say", () => "${word}");`;
    project.flow("say", body("old"));
    await startUp(project);
    const run = project.start(["run", "say", "--json"]);
    await until(
      "it waits",
      async () => (await project.call<RunRecord[]>("run.list", { status: "running" })).length === 1,
    );
    project.flow("say", body("new"));
    const second = project.start(["run", "say", "--json"]);
    await until(
      "both wait",
      async () => (await project.call<RunRecord[]>("run.list", { status: "running" })).length === 2,
    );
    project.open("go");
    const outputs = [await run.ended, await second.ended].map(({ stdout }) => (JSON.parse(stdout) as RunRecord).output);
    assert.deepEqual(outputs, ["old", "new"]);
  });

  it("and is broken is told when it is started, and is well again when it is mended", async () => {
    await using project = new Project();
    project.flow("say", `return "one";`);
    await startUp(project);
    assert.equal((await project.json<RunRecord>("run", "say")).output, "one");
    const good = project.flow("say", `return "two";`);
    project.write("flows/say.ts", `import { flow } from "tutti";\n\nexport default flow({ name: ;\n`);
    const { code, stderr } = await project.tutti("run", "say");
    assert.equal(code, 3);
    assert.ok(stderr.includes(`${good}:3`) && stderr.includes("flow.syntax"), stderr);
    project.flow("say", `return "two";`);
    assert.equal((await project.json<RunRecord>("run", "say")).output, "two");
  });

  it("in YAML is read anew, too; a new one is there at once, and a removed one is gone", async () => {
    await using project = new Project();
    const yaml = (text: string): string =>
      `name: plain\nsteps:\n  - name: say\n    set: ${text}\noutput: \${{ steps.say }}\n`;
    project.write("flows/plain.yaml", yaml("one"));
    await startUp(project);
    const first = await project.json<RunRecord>("run", "plain");
    project.write("flows/plain.yaml", yaml("three"));
    const second = await project.json<RunRecord>("run", "plain");
    assert.notDeepEqual(first.output, second.output);
    project.flow("later", `return 1;`);
    assert.equal((await project.json<RunRecord>("run", "later")).output, 1);
    rmSync(project.path("flows/plain.yaml"));
    assert.equal((await project.tutti("run", "plain")).code, 3);
  });
});

describe("settings that are changed while the daemon is up", { concurrency: 2 }, () => {
  it("are used by a new start of its own: the same process, the same port", async () => {
    await using project = new Project();
    const line = await startDetachedUp(project);
    project.write("tutti.yaml", "engine: { concurrency: 7 }\n");
    const facts = await until("it goes by the new settings", async () => {
      const now = await factsOf(project);
      return now.concurrency === 7 ? now : null;
    });
    assert.deepEqual([facts.pid, facts.url], [line.pid, line.url]);
    assert.match(logOf(project), /host\.settings_changed.*engine\.concurrency/);
    assert.equal((await project.tutti("down")).code, 0);
  });

  it("that are wrong are told and not used; status and down work all the same", async () => {
    await using project = new Project();
    const { command, line } = await startUp(project);
    project.write("tutti.yaml", "engine: { concurency: 7 }\n");
    await command.says(/The settings stay as they were: unknown key "engine\.concurency" in tutti\.yaml:1:\d+/);
    assert.equal((await factsOf(project)).pid, line.pid);
    assert.equal((await project.tutti("status")).code, 0);
    assert.equal((await project.tutti("down")).code, 0);
  });

  it("wait until nothing is being worked on", async () => {
    await using project = new Project();
    project.flow("wait", `return step.run("wait", async () => { mark("waits"); await opened("go"); return "done"; });`);
    const { command, line } = await startUp(project);
    const run = project.start(["run", "wait", "--json"]);
    await project.marked("waits");
    project.write("tutti.yaml", "engine: { concurrency: 7 }\n");
    await command.says(/engine\.concurrency changed: starts anew as soon as nothing is being worked on/);
    assert.equal((await factsOf(project)).concurrency, 200);
    project.open("go");
    assert.equal((await run.ended).code, 0);
    await command.says(/Starting anew/);
    await until("it goes by the new settings", async () => (await factsOf(project)).concurrency === 7);
    assert.equal((await factsOf(project)).pid, line.pid);
    assert.equal(command.stdout.trim().split("\n").length, 1, command.stdout);
  });
});

describe("a data folder that is removed while the daemon is up", () => {
  it("ends it with what has happened", async () => {
    await using project = new Project();
    const { command } = await startUp(project);
    rmSync(project.data, { recursive: true });
    const { code, stdout } = await command.ended;
    assert.equal(code, 1);
    assert.match(stdout, /"code":"storage\.unavailable".*was removed or replaced while a daemon served it/);
    assert.equal(project.has(".tutti"), false);
  });
});
