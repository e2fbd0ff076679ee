// What can be done to a run from another terminal, each act a command of its own.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import type { Review } from "../../src/review/review.ts";
import { isAlive, until, type Command } from "../support/command.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { errorOf, Project } from "../support/project.ts";

const stages = `await step.run("one", () => mark("one"));
    await step.run("two", async () => { mark("two"); await opened("two"); });
    await step.run("three", () => mark("three"));
    return "all three";`;

describe("a watch from a second terminal", { concurrency: 2 }, () => {
  it("shows what was before it came, follows to the end, and ends like the run", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const run = project.start(["run", "stages"]);
    await project.marked("two");
    const { id } = await project.newestRun("running");
    const watch = project.start(["run", "watch", id]);
    await watch.says(/✓ one/);
    project.open("two");
    const [first, second] = await Promise.all([run.ended, watch.ended]);
    assert.deepEqual([first.code, second.code], [0, 0]);
    assert.equal(second.stdout, "all three\n");
    assert.match(second.stderr, /✓ one[^]*✓ two[^]*✓ three[^]*succeeded run_/);
  });

  it("is left with Ctrl-C, says how to come back, and the run goes on", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const run = project.start(["run", "stages"]);
    await project.marked("two");
    const { id } = await project.newestRun("running");
    const watch = project.start(["run", "watch", id, "--json"]);
    await watch.says(/✓ one/);
    watch.interrupt();
    const left = await watch.ended;
    assert.equal(left.code, 130);
    assert.ok(left.stderr.includes(`tutti run watch ${id}`), left.stderr);
    project.open("two");
    assert.equal((await run.ended).code, 0);
  });

  it("takes the host's place when that is killed, and the run ends well", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const host = project.start(["work"]);
    await host.says(/Working/);
    const run = project.start(["run", "stages"]);
    await project.marked("two");
    await run.says(/✓ one/);
    await host.kill();
    await run.says(/this process has taken its place/);
    project.open("two");
    const { code, stdout } = await run.ended;
    assert.deepEqual([code, stdout], [0, "all three\n"]);
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
  });
});

describe("a review", { concurrency: 2 }, () => {
  const ask = (request: string): string =>
    `const { verdict, answer, reason, payload } = await step.review("sign off", { title: "Ship it?", ${request} });
    return [verdict, answer, reason, payload];`;

  it("that is approved lets the run go on at once; a second decision comes too late", async () => {
    await using project = new Project();
    project.flow("ask", ask("payload: { version: 2 }"));
    const run = project.start(["run", "ask", "--json"]);
    const review = await openReviewOf(project, run);
    assert.ok(run.stderr.includes(`tutti review approve ${review.id}`), run.stderr);
    const listed = await project.json<Review[]>("review", "list");
    assert.deepEqual(Object.keys(listed[0] ?? {}).toSorted(), reviewKeys);
    assert.equal((await project.tutti("review", "approve", review.id)).code, 0);
    const { code, stdout } = await run.ended;
    assert.equal(code, 0);
    assert.deepEqual((JSON.parse(stdout) as RunRecord).output, ["approved", null, null, { version: 2 }]);
    for (const verb of ["approve", "reject"]) {
      const again = await project.tutti("review", verb, review.id, ...(verb === "reject" ? ["--reason", "no"] : []));
      assert.equal(again.code, 1);
      assert.match(again.stderr, /is already approved {2}review\.closed\n {2}fix +`tutti run get run_/);
    }
    assert.deepEqual(await project.json("review", "list"), []);
  });

  it("may be approved with another payload", async () => {
    await using project = new Project();
    project.flow("ask", ask("payload: { version: 2 }"));
    const run = project.start(["run", "ask", "--json"]);
    const { id } = await openReviewOf(project, run);
    const approved = await project.tutti("review", "approve", id, "--payload", `{"version":3}`, "--comment", "newer");
    assert.equal(approved.code, 0, approved.stderr);
    const { output } = JSON.parse((await run.ended).stdout) as RunRecord;
    assert.deepEqual(output, ["approved", null, "newer", { version: 3 }]);
  });

  it("that is rejected fails the run with the reason; without a reason nothing happens", async () => {
    await using project = new Project();
    project.flow("ask", ask(""));
    const run = project.start(["run", "ask"]);
    const { id } = await openReviewOf(project, run);
    const mute = await project.tutti("review", "reject", id);
    assert.equal(mute.code, 3);
    assert.match(mute.stderr, /--reason <value>/);
    const rejected = await project.json<Review>("review", "reject", id, "--reason", "wrong branch");
    assert.equal(rejected.status, "rejected");
    const { code, stderr } = await run.ended;
    assert.equal(code, 1);
    assert.match(stderr, /error +"Ship it\?" was rejected: wrong branch {2}review\.rejected/);
  });

  it("with choices takes one of them only", async () => {
    await using project = new Project();
    project.flow("ask", ask(`choices: ["now", "later"]`));
    const run = project.start(["run", "ask", "--json"]);
    const { id } = await openReviewOf(project, run);
    const wrong = await project.tutti("review", "answer", id, "never", "--json");
    assert.equal(wrong.code, 3);
    assert.match(errorOf(wrong).hint ?? "", /now, later/);
    assert.equal((await project.tutti("review", "answer", id, "later")).code, 0);
    assert.deepEqual((JSON.parse((await run.ended).stdout) as RunRecord).output, ["answered", "later", null, null]);
  });

  it("of a run that was cancelled is closed", async () => {
    await using project = new Project();
    project.flow("ask", ask(""));
    const run = project.start(["run", "ask"]);
    const review = await openReviewOf(project, run);
    assert.equal((await project.tutti("run", "cancel", review.run)).code, 0);
    assert.equal((await run.ended).code, 2);
    const late = await project.tutti("review", "approve", review.id);
    assert.equal(late.code, 1);
    assert.match(late.stderr, /review\.closed/);
  });
});

describe("a pause", { concurrency: 2 }, () => {
  it("lets the running step finish, starts nothing new, and resume goes on from there", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    const run = project.start(["run", "stages"]);
    await project.marked("two");
    const { id } = await project.newestRun("running");
    assert.equal((await project.tutti("run", "pause", id)).code, 0);
    project.open("two");
    const paused = await run.ended;
    assert.equal(paused.code, 1);
    assert.match(paused.stderr, /✓ two[^]*paused run_[^]*go on +tutti run resume run_/);
    assert.deepEqual(project.marks(), ["one", "two"]);
    assert.equal((await project.json<RunRecord>("run", "resume", id)).status, "queued");
    assert.equal((await project.tutti("run", "watch", id)).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "three"]);
  });

  it("also stops a run that only waits; what is not paused cannot be resumed", async () => {
    await using project = new Project();
    project.flow("sleeper", `await step.sleep("long", "1h"); return 1;`);
    const run = project.start(["run", "sleeper"]);
    await run.says(/◆ long waits/);
    const { id } = await project.newestRun("waiting");
    const early = await project.tutti("run", "resume", id);
    assert.equal(early.code, 1);
    assert.match(early.stderr, /is waiting and cannot be resumed {2}run\.conflict/);
    assert.equal((await project.tutti("run", "pause", id)).code, 0);
    assert.equal((await run.ended).code, 1);
    const [stored] = await project.json<RunRecord[]>("run", "list");
    assert.equal(stored?.status, "paused");
  });
});

describe("a cancel", { concurrency: 2 }, () => {
  const waits = {
    "a sleep": `await step.sleep("wait", "1h");`,
    "a wait": `await step.waitFor("wait", { event: "never" });`,
  };
  for (const [name, body] of Object.entries(waits)) {
    it(`ends a run in ${name}, and its cleanups run`, async () => {
      await using project = new Project();
      project.flow("waits", `step.cleanup((s) => s.run("tidy", () => mark("tidied")));\n    ${body}`);
      const run = project.start(["run", "waits", "--json"]);
      await run.says(/◆ wait waits/);
      const { id } = await project.newestRun("waiting");
      const cancelled = await project.tutti("run", "cancel", id, "--reason", "not needed");
      assert.equal(cancelled.code, 0, cancelled.stderr);
      const { code, stdout } = await run.ended;
      assert.equal(code, 2);
      const { status, error } = JSON.parse(stdout) as RunRecord;
      assert.equal(status, "cancelled");
      assert.match(error?.message ?? "", /not needed/);
      assert.deepEqual(project.marks(), ["tidied"]);
      const again = await project.tutti("run", "cancel", id);
      assert.equal(again.code, 1);
      assert.match(again.stderr, /is cancelled and cannot be cancelled {2}run\.conflict/);
    });
  }

  it("hangs up on a model that is slow to answer", async () => {
    await using server = await startOllamaServer({ models: ["slow"], reply: { text: "one two", hang: "middle" } });
    await using project = new Project({ env: { OLLAMA_HOST: server.url } });
    project.flow("chat", `return step.model("ask", { model: "ollama/slow", prompt: "Hello" });`);
    const run = project.start(["run", "chat"]);
    await until("the model is asked", () => server.chats.length === 1);
    const { id } = await project.newestRun("running");
    assert.equal((await project.tutti("run", "cancel", id)).code, 0);
    await server.abandoned();
    assert.equal((await run.ended).code, 2);
  });

  it("ends a running shell step with all that it has started", async () => {
    await using project = new Project();
    const script = `sh -c 'echo $$ > grandchild; exec sleep 600' & echo $$ > child; wait`;
    project.flow("shell", `await step.shell("long", ["sh", "-c", ${JSON.stringify(script)}]);`);
    const run = project.start(["run", "shell"]);
    const pids = await Promise.all([project.pidIn("child"), project.pidIn("grandchild")]);
    assert.deepEqual(pids.map(isAlive), [true, true]);
    const { id } = await project.newestRun("running");
    assert.equal((await project.tutti("run", "cancel", id)).code, 0);
    assert.equal((await run.ended).code, 2);
    for (const pid of pids) await until(`process ${pid} has ended`, () => !isAlive(pid));
  });
});

describe("a run that has ended", { concurrency: 2 }, () => {
  it("is retried as a new run that keeps what had succeeded", async () => {
    await using project = new Project();
    project.flow(
      "stages",
      stages.replace("await opened", `if (!existsSync("mended")) throw new Error("broken"); await opened`),
    );
    project.open("two");
    const failed = await project.tutti("run", "stages");
    assert.equal(failed.code, 1);
    const [, id = ""] = /again +tutti run retry (run_\w+)/.exec(failed.stderr) ?? [];
    project.write("mended", "");
    const retried = await project.json<RunRecord>("run", "retry", id);
    assert.notEqual(retried.id, id);
    assert.equal((await project.tutti("run", "watch", retried.id)).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
    const refused = await project.tutti("run", "retry", retried.id);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /is succeeded and cannot be retried {2}run\.conflict/);
  });

  it("is forked from a step: what was before is kept, the rest is done again", async () => {
    await using project = new Project();
    project.flow("stages", stages);
    project.open("two");
    const run = await project.json<RunRecord>("run", "stages");
    const forked = await project.json<RunRecord>("run", "fork", run.id, "--from", "two");
    assert.equal((await project.tutti("run", "watch", forked.id)).code, 0);
    assert.deepEqual(project.marks(), ["one", "two", "three", "two", "three"]);
    const wrong = await project.tutti("run", "fork", run.id, "--from", "four");
    assert.equal(wrong.code, 3);
    assert.match(wrong.stderr, /has no finished step "four"[^]*fix +It has: one, two, three/);
  });
});

const reviewKeys =
  "choices createdAt decision dueAt flow id isCut payload payloadBytes run runs status step summary title".split(" ");

/** The review that a running command waits for, once it has said how to answer it. */
async function openReviewOf(project: Project, run: Command): Promise<Review> {
  const [, id = ""] = await run.says(/tutti review show (rev_\w+)/);
  return project.call<Review>("review.show", { id });
}
