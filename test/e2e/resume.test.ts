// Hosts that die, are told to stop, or were never watched: every run goes on from its last stored step.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { isAlive, until } from "../support/command.ts";
import { Project } from "../support/project.ts";

const stages = `await step.run("one", () => mark("one"));
    await step.run("two", async () => { mark("two"); await opened("two"); });
    await step.run("three", () => mark("three"));
    return "all three";`;

// The promise is two seconds; a machine under load gets more before this counts as broken.
const mostResumeMs = 8_000;

describe("after kill -9 of the host", { concurrency: 2 }, () => {
  it("`tutti work --until-idle` ends the run, the first step within two seconds, no stored step again", async (context) => {
    await using project = new Project();
    project.flow("stages", stages);
    const host = project.start(["run", "stages"]);
    await project.marked("two");
    await host.says(/✓ one/);
    await host.kill();
    const began = performance.now();
    const work = project.start(["work", "--until-idle"]);
    await until("the step runs again", () => project.marks().length === 3);
    const tookMs = performance.now() - began;
    project.open("two");
    assert.equal((await work.ended).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
    const [run] = await project.json<RunRecord[]>("run", "list");
    assert.equal(run?.status, "succeeded");
    context.diagnostic(`first step ${Math.round(tookMs)} ms after the start of the next host`);
    assert.ok(tookMs < mostResumeMs, `${tookMs} ms`);
  });

  it("a shell child it has left is ended before its step runs again", async () => {
    await using project = new Project({ env: { TUTTI_STORAGE_EXCLUSIVE: "false" } });
    const script = `echo started >> marks; if [ -e child ]; then grep -q "^State:.[^Z]" /proc/$(cat child)/status 2>/dev/null && echo alive || echo gone;
      else echo $$ > child; trap "" HUP; sleep 600; fi`;
    project.flow("shell", `return (await step.shell("long", ["sh", "-c", ${JSON.stringify(script)}])).stdout.trim();`);
    const host = project.start(["run", "shell"]);
    const child = await project.pidIn("child");
    await until("the child is on record", () => project.select("select pid from processes").length === 1);
    await host.kill();
    assert.ok(isAlive(child));
    const { code, stdout } = await project.tutti("work", "--until-idle");
    assert.deepEqual([code, stdout], [0, ""]);
    const [run] = await project.json<RunRecord[]>("run", "list");
    const { output } = await project.json<RunRecord>("run", "get", run?.id ?? "");
    assert.equal(output, "gone");
    assert.deepEqual(project.marks(), ["started", "started"]);
  });

  it("the next `tutti run` of anything takes up the open run too", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    project.flow("other", `await step.run("wait", () => opened("other")); return 1;`);
    const host = project.start(["run", "stages"]);
    await project.marked("two");
    await host.kill();
    project.open("two");
    const other = project.start(["run", "other"]);
    await project.marked("three");
    project.open("other");
    assert.equal((await other.ended).code, 0);
    const runs = await project.json<RunRecord[]>("run", "list");
    assert.deepEqual(
      runs.map(({ flow, status }) => [flow, status]),
      [
        ["other", "succeeded"],
        ["stages", "succeeded"],
      ],
    );
  });

  it("one of several clients takes its place, and all see their runs end", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const host = project.start(["work"]);
    await host.says(/Working/);
    const runs = [0, 1, 2].map(() => project.start(["run", "stages"]));
    await until("all runs are at their second step", () => count(project, "two") === 3);
    await host.kill();
    project.open("two");
    const endings = await Promise.all(runs.map(({ ended }) => ended));
    assert.deepEqual(
      endings.map(({ code, stdout }) => [code, stdout]),
      runs.map(() => [0, "all three\n"]),
    );
    assert.deepEqual([count(project, "one"), count(project, "three")], [3, 3]);
  });

  it("a step that has killed three hosts is not started for ever: the run is paused and says so", async () => {
    await using project = new Project();
    project.flow("deadly", `await step.run("deadly", () => { mark("shot"); process.kill(process.pid, "SIGKILL"); });`);
    for (const words of [["run", "deadly"], ["work"], ["work"]]) {
      assert.equal((await project.tutti(...words)).signal, "SIGKILL");
    }
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
    const [run] = await project.json<RunRecord[]>("run", "list");
    assert.deepEqual([run?.status, run?.error?.code], ["paused", "engine.crash_loop"]);
    assert.equal(project.marks().length, 3);
  });

  it("a flow whose code no longer fits pauses the run and names both sides; with the old code it goes on", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const host = project.start(["run", "stages"]);
    await project.marked("two");
    await host.says(/✓ one/);
    await host.kill();
    const { id } = (await project.json<RunRecord[]>("run", "list"))[0] ?? { id: "" };
    project.flow("stages", stages.replace('"one"', '"first"'));
    const watch = await project.tutti("run", "watch", id);
    assert.equal(watch.code, 1);
    assert.match(watch.stderr, /paused[^]*error .*engine\.replay_mismatch/);
    assert.match(watch.stderr, /"first"/);
    assert.match(watch.stderr, /"one"/);
    project.flow("stages", stages);
    project.open("two");
    assert.equal((await project.tutti("run", "resume", id)).code, 0);
    assert.equal((await project.tutti("run", "watch", id)).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
  });

  it("a short command starts none of the open runs", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const host = project.start(["run", "stages"]);
    await project.marked("two");
    await host.kill();
    const [run] = await project.json<RunRecord[]>("run", "list");
    assert.equal(run?.status, "running");
    assert.deepEqual(project.marks(), ["one", "two"]);
  });
});

describe("Ctrl-C on a host", { concurrency: 2 }, () => {
  it("lets the running step finish, keeps the run open, and says how to go on", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const host = project.start(["run", "stages"]);
    await project.marked("two");
    host.interrupt();
    await host.says(/Stopped; run run_\w+ stays open and nothing is lost\. Go on with: tutti work/);
    project.open("two");
    assert.equal((await host.ended).code, 130);
    const [run] = await project.json<RunRecord[]>("run", "list");
    assert.equal(run?.status, "queued");
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "three"]);
  });

  it("cuts a step off that takes longer than the grace, with all that it has started", async () => {
    await using project = new Project({ env: { TUTTI_ENGINE_GRACE: "100ms" } });
    project.flow("shell", `await step.shell("long", ["sh", "-c", "echo $$ > child; sleep 600"]);`);
    const host = project.start(["run", "shell"]);
    const child = await project.pidIn("child");
    host.interrupt();
    assert.equal((await host.ended).code, 130);
    await until("the child has ended", () => !isAlive(child));
    const [run] = await project.json<RunRecord[]>("run", "list");
    assert.equal(run?.status, "queued");
  });

  it("the second time ends it at once, and still nothing is lost", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const host = project.start(["run", "stages"]);
    await project.marked("two");
    host.interrupt();
    await host.says(/Stopped/);
    host.interrupt();
    assert.equal((await host.ended).code, 130);
    project.open("two");
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
  });
});

describe("the second Ctrl-C", () => {
  it("is no death of the runs: after three of them nothing is set aside", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    let host = project.start(["run", "stages"]);
    for (let times = 1; times <= 4; times++) {
      await until("the step runs", () => count(project, "two") === times);
      const began = performance.now();
      host.interrupt();
      await host.says(/Stopp/);
      host.interrupt();
      assert.equal((await host.ended).code, 130);
      assert.ok(performance.now() - began < 5_000, "it does not wait for the grace");
      const [run] = await project.json<RunRecord[]>("run", "list");
      assert.equal(run?.status, "queued");
      if (times < 4) host = project.start(["work"]);
    }
    assert.equal(JSON.stringify(project.select("select deaths from runs")), `[{"deaths":0}]`);
    project.open("two");
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
  });
});

describe("SIGTERM", () => {
  it("ends `tutti run` in good order and with 143", async () => {
    await using project = new Project();
    project.flow("nap", `await step.sleep("nap", "1h");`);
    const run = project.start(["run", "nap"]);
    await run.says(/nap waits/);
    run.signal("SIGTERM");
    const { code, stderr } = await run.ended;
    assert.deepEqual([code, /Go on with: tutti work/.test(stderr)], [143, true]);
  });
});

describe("`tutti work`", { concurrency: 2 }, () => {
  it("hands its runs back on SIGTERM and ends with 0; a client of it takes its place", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const work = project.start(["work"]);
    await work.says(/Working/);
    const run = project.start(["run", "stages"]);
    await project.marked("two");
    work.signal("SIGTERM");
    await work.says(/what is open stays open/);
    project.open("two");
    assert.equal((await work.ended).code, 0);
    const { code, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(project.marks(), ["one", "two", "three"]);
  });

  it("is told to wait by another host, and takes over when that ends", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const first = project.start(["run", "stages"]);
    await project.marked("two");
    const second = project.start(["work", "--until-idle"]);
    await second.says(/Another process hosts this folder/);
    await first.kill();
    project.open("two");
    assert.equal((await second.ended).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
  });

  it("--until-idle ends at once where nothing can run, and does not wait for waits", async () => {
    await using project = new Project();
    project.flow("ask", `await step.review("ask", { title: "Sure?" });`);
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
    assert.equal((await project.tutti("run", "ask", "--until-idle")).code, 7);
    assert.equal((await project.tutti("work", "--until-idle")).code, 0);
  });
});

describe("a host that has no more use of its own", () => {
  it("hands the runs of its clients over when it ends, once their steps have come to their ends", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    project.flow("short", `await step.run("hold", () => opened("short")); return 1;`);
    const host = project.start(["run", "short"]);
    await until("there is a host", () => project.has(".tutti/socket"));
    const client = project.start(["run", "stages"]);
    await project.marked("two");
    project.open("short");
    await client.says(new RegExp(`Waiting for process ${host.pid}, which is ending`));
    project.open("two");
    assert.equal((await host.ended).code, 0);
    const { code, stdout } = await client.ended;
    assert.deepEqual([code, stdout], [0, "all three\n"]);
    assert.deepEqual(project.marks(), ["one", "two", "three"]);
  });

  it("left a review behind: whoever decides it is told how the run goes on", async () => {
    await using project = new Project();
    project.flow("ask", `await step.review("ask", { title: "Sure?" }); return "sure";`);
    const left = await project.tutti("run", "ask", "--until-idle");
    const [, review = ""] = /review approve (rev_\w+)/.exec(left.stderr) ?? [];
    const approved = await project.tutti("review", "approve", review);
    assert.equal(approved.code, 0);
    const [, run = ""] = /watch +tutti run watch (run_\w+)/.exec(approved.stderr) ?? [];
    const { code, stdout } = await project.tutti("run", "watch", run);
    assert.deepEqual([code, stdout], [0, "sure\n"]);
  });
});

describe("a detached run", () => {
  it("is started at once and finished without anybody", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const { code, stdout, stderr } = await project.tutti("run", "stages", "--detach");
    assert.equal(code, 0);
    assert.match(stdout, /^run_\w+\n$/);
    assert.ok(stderr.includes(`tutti run watch ${stdout.trim()}`), stderr);
    await project.marked("two");
    project.open("two");
    await project.marked("three");
    const watch = await project.tutti("run", "watch", stdout.trim());
    assert.equal(watch.code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "three"]);
  });
});

describe("a detached run that sleeps", { concurrency: 2 }, () => {
  const naps = `await step.run("one", () => mark("one")); await step.sleep("nap", "2s"); await step.run("two", () => mark("two"));`;

  it("goes on when its time has come, and then its worker leaves", async () => {
    await using project = new Project();
    project.flow("naps", naps);
    assert.equal((await project.tutti("run", "naps", "--detach")).code, 0);
    await project.marked("two");
    const { host } = project;
    await until("the worker has left", () => host !== null && !isAlive(host));
  });

  it("leaves at once where only a person is waited for", async () => {
    await using project = new Project();
    project.flow("ask", `await step.review("ask", { title: "Sure?" });`);
    assert.equal((await project.tutti("run", "ask", "--until-idle")).code, 7);
    assert.equal((await project.tutti("work", "--until-done")).code, 0);
  });

  it("has one worker that waits behind the host, and that takes over", async () => {
    await using project = new Project();
    project.flow("naps", naps);
    project.flow("hold", `await step.run("hold", () => opened("end"));`);
    const host = project.start(["run", "hold"]);
    await until("there is a host", () => project.has(".tutti/socket"));
    await project.tutti("run", "naps", "--detach", "--quiet");
    const behind = [project.start(["work", "--until-done"]), project.start(["work", "--until-done"])];
    const first = await Promise.race(behind.map((worker) => worker.ended));
    assert.equal(first.code, 0, "one place is enough for three workers");
    await host.kill();
    await project.marked("two");
    project.open("end");
    for (const worker of behind) assert.equal((await worker.ended).code, 0);
  });
});

function count(project: Project, text: string): number {
  return project.marks().filter((mark) => mark === text).length;
}
