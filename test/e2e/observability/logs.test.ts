// `tutti logs` as a real process: what was kept, with a daemon and without.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../support/command.ts";
import { startDetachedUp } from "../../support/daemon.ts";
import { layTelemetry } from "../../support/laid-telemetry.ts";
import { errorOf, Project } from "../../support/project.ts";
import { logRecord } from "../../support/telemetry.ts";

interface Line {
  readonly seq: number;
  readonly level: string;
  readonly event: string;
  readonly run: string | null;
}

describe("tutti logs", { concurrency: 2 }, () => {
  it("shows what the daemon has told, also once it has ended", async () => {
    await using project = new Project();
    const { pid } = await startDetachedUp(project);
    const during = await project.json<readonly Line[]>("logs");
    assert.ok(during.some(({ event }) => event === "host.started"));
    await project.tutti("down");
    const { stdout } = await project.tutti("logs", "event:host.*", "--color", "never");
    assert.match(stdout, new RegExp(`info  host\\.started  pid=${pid} [\\s\\S]*info  host\\.stopping  pid=${pid}`));
  });

  it("finds lines by words, by level, by run and by time, the newest last", async () => {
    await using project = new Project();
    const now = Date.now() * 1_000;
    await layTelemetry(project.data, {
      logs: [
        logRecord({ at: now - 7_200_000_000, event: "job.failed", level: "error", message: "no space left" }),
        logRecord({ at: now, event: "run.claim_failed", level: "warn", message: "no space at all", run: "run_1" }),
        logRecord({ at: now, event: "host.started", message: "all is well" }),
      ],
    });
    const events = async (...words: string[]): Promise<readonly string[]> =>
      (await project.json<readonly Line[]>("logs", ...words)).map(({ event }) => event);
    assert.deepEqual(await events(), ["job.failed", "run.claim_failed", "host.started"]);
    assert.deepEqual(await events("--lines", "1"), ["host.started"]);
    assert.deepEqual(await events("no", "space"), ["job.failed", "run.claim_failed"]);
    assert.deepEqual(await events("--level", "error"), ["job.failed"]);
    assert.deepEqual(await events("--run", "run_1"), ["run.claim_failed"]);
    assert.deepEqual(await events("space", "--since", "1h"), ["run.claim_failed"]);
    assert.match((await project.tutti("logs", "nobody")).stderr, /No line is like that/);
  });

  it("follows over the end of a daemon to the next, and tells each line once", async () => {
    await using project = new Project();
    const follow = project.start(["logs", "-f", "--json"]);
    const first = await startDetachedUp(project);
    await follow.says(new RegExp(`"host.started".*"pid":${first.pid}\\b`));
    await project.tutti("down");
    await follow.says(/"host\.stopping"/);
    const second = await startDetachedUp(project);
    await follow.says(new RegExp(`"host.started".*"pid":${second.pid}\\b`));
    follow.interrupt();
    const { code, stdout } = await follow.ended;
    assert.equal(code, 130);
    const numbers = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as Line).seq);
    assert.deepEqual(numbers, [...new Set(numbers)]);
  });

  it("shows the daemon's own file with --file, where the words of flows are", async () => {
    await using project = new Project();
    project.flow("talk", `return step.run("say", () => { console.log("a word of the flow"); return 1; });`);
    await startDetachedUp(project);
    await project.tutti("run", "talk");
    await until("the word is there", async () => (await project.tutti("logs", "--file")).stdout.includes("a word"));
    assert.ok(!(await project.tutti("logs")).stdout.includes("a word"));
  });

  it("says what cannot be asked, and where", async () => {
    await using project = new Project();
    await layTelemetry(project.data, { logs: [logRecord()] });
    const both = await project.tutti("logs", "--file", "--level", "warn", "--json");
    assert.equal(both.code, 3);
    assert.match(errorOf(both).message, /--file .* takes no --level/);
    const wrong = await project.tutti("logs", "level:warning", "--json");
    assert.equal(wrong.code, 3);
    assert.match(errorOf(wrong).message, /at character 1: "warning" is no level/);
    assert.match(errorOf(wrong).hint ?? "", /debug, info, warn, error/);
    assert.equal((await project.tutti("logs", "--since", "yesterday")).code, 3);
  });
});
