// `tutti run cancel` and `tutti run pause` are done when the run has ended or is paused, whether or not there is a host.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { jsonOf, Project } from "../support/project.ts";

/** A body with a cleanup behind it. */
const tidying = (body: string, tidy: string): string =>
  `try { ${body} } finally { await step.cleanup((s) => s.run("tidy", async () => { ${tidy} })); }`;
const sleep = `await step.sleep("nap", "1h");`;
const hold = `await step.run("hold", () => { mark("held"); return opened("never"); });`;

describe("without a host", { concurrency: 2 }, () => {
  it("a cancel ends a waiting run, its child too, and starts no other", async () => {
    await using project = new Project();
    project.flow("child", tidying(sleep, `mark("child tidied");`));
    project.flow("nap", tidying(`await step.flow("child", "child", {});`, `mark("tidied");`));
    project.flow("other", `mark("other"); throw new Error("broken");`);
    const { id } = await project.json<RunRecord>("run", "nap", "--until-idle");
    const failed = await project.tutti("run", "other", "--json");
    const other = await project.json<RunRecord>("run", "retry", (jsonOf(failed) as RunRecord).id);
    const cancelled = await project.json<RunRecord>("run", "cancel", id);
    assert.equal(cancelled.status, "cancelled");
    assert.deepEqual(project.marks().toSorted(), ["child tidied", "other", "tidied"]);
    const left = await project.json<RunRecord[]>("run", "list");
    const stateOf = (run: string | undefined) => left.find((entry) => entry.id === run)?.status;
    assert.equal(stateOf(other.id), "queued");
  });

  it("a cancel ends a run whose host was killed, and what it had started", async () => {
    await using project = new Project();
    project.flow("stuck", tidying(hold, `mark("tidied");`));
    const host = project.start(["run", "stuck"]);
    await project.marked("held");
    const { id } = await project.newestRun("running");
    await host.kill();
    const { code, stdout } = await project.tutti("run", "cancel", id, "--reason", "enough");
    assert.equal(code, 0);
    assert.match(stdout, /cancelled run_[^]*enough/);
    assert.deepEqual(project.marks(), ["held", "tidied"]);
  });

  it("a cancel ends a run whose flow is gone", async () => {
    await using project = new Project();
    const file = project.flow("gone", `await step.sleep("nap", "1h");`);
    const { id } = await project.json<RunRecord>("run", "gone", "--until-idle");
    project.write(file.slice(project.folder.length + 1), "export default 1;");
    assert.equal((await project.json<RunRecord>("run", "cancel", id)).status, "cancelled");
  });

  it("a pause pauses a run whose host was killed; nothing of it starts", async () => {
    await using project = new Project();
    project.flow("stuck", hold);
    const host = project.start(["run", "stuck"]);
    await project.marked("held");
    const { id } = await project.newestRun("running");
    await host.kill();
    assert.equal((await project.json<RunRecord>("run", "pause", id)).status, "paused");
    assert.deepEqual(project.marks(), ["held"]);
  });

  it("Ctrl-C leaves a cancel whose cleanup takes long, and the run stays open", async () => {
    await using project = new Project({ env: { TUTTI_ENGINE_GRACE: "100ms" } });
    project.flow("nap", tidying(sleep, `mark("tidying"); await opened("tidy");`));
    const { id } = await project.json<RunRecord>("run", "nap", "--until-idle");
    const cancel = project.start(["run", "cancel", id]);
    await project.marked("tidying");
    cancel.interrupt();
    const { code, stderr } = await cancel.ended;
    assert.equal(code, 130);
    assert.match(stderr, /still at it[^]*tutti run watch run_/);
    assert.equal((await project.json<RunRecord>("run", "get", id)).status, "queued");
  });
});

describe("with a host", { concurrency: 2 }, () => {
  it("a cancel is done when the run has ended", async () => {
    await using project = new Project();
    project.flow("nap", tidying(sleep, `mark("tidying"); await opened("tidy");`));
    const run = project.start(["run", "nap"]);
    await run.says(/nap waits/);
    const { id } = await project.newestRun("waiting");
    const cancel = project.start(["run", "cancel", id, "--json"]);
    await project.marked("tidying");
    project.open("tidy");
    assert.equal((JSON.parse((await cancel.ended).stdout) as RunRecord).status, "cancelled");
    assert.equal((await run.ended).code, 2);
  });

  it("and says so where that takes longer than steps may take to end", async () => {
    await using project = new Project({ env: { TUTTI_ENGINE_GRACE: "100ms" } });
    project.flow("nap", tidying(sleep, `mark("tidying"); await opened("tidy");`));
    const run = project.start(["run", "nap"]);
    await run.says(/nap waits/);
    const { id } = await project.newestRun("waiting");
    const { code, stderr } = await project.tutti("run", "cancel", id);
    assert.equal(code, 0);
    assert.match(stderr, /still at it[^]*tutti run watch run_/);
    project.open("tidy");
    assert.equal((await run.ended).code, 2);
  });
});
