import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { Project } from "../support/project.ts";

describe("tutti flow verify", { concurrency: 2 }, () => {
  it("waits for a short sleep, and verifies what comes behind it", async () => {
    await using project = new Project();
    project.flow("naps", `await step.sleep("nap", 300); await step.run("a", () => 1); return 2;`);
    const { code, stdout } = await project.tutti("flow", "verify", "naps");
    assert.equal(code, 0);
    assert.match(stdout, /succeeded, 2 stored steps.*the code does the same each time\.$/m);
  });

  it("says that a flow which waits for an event is not verified to its end, and leaves no run open", async () => {
    await using project = new Project();
    project.flow("asks", `await step.run("a", () => 1); await step.waitFor("answer", { event: "answer" });`);
    const { code, stdout } = await project.tutti("flow", "verify", "asks");
    assert.equal(code, 6);
    assert.match(stdout, /It has not ended/);
    const runs = await project.json<RunRecord[]>("run", "list");
    assert.deepEqual(
      runs.map(({ status }) => status),
      ["cancelled"],
    );
  });

  it("ends with 1 and names the place where the code does otherwise", async () => {
    await using project = new Project();
    project.flow(
      "drifts",
      `let count = 0; await step.run("a", () => { count += 1; }); await step.run("b", () => 1, { input: { count } });`,
    );
    const { code, stdout } = await project.tutti("flow", "verify", "drifts");
    assert.equal(code, 1);
    assert.match(stdout, /behind "a": .*"b".*another input/);
  });
});
