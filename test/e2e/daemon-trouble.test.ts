// A daemon in trouble, on a terminal, and on Postgres.
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { Command, isAlive, until } from "../support/command.ts";
import { factsOf, logOf, startDetachedUp, startUp } from "../support/daemon.ts";
import { PostgresServer, postgresServerUnavailable } from "../support/postgres-server.ts";
import { errorOf, Project } from "../support/project.ts";
import { SmallDisk, smallDiskUnavailable } from "../support/small-disk.ts";

const main = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");

describe("a daemon in trouble", { concurrency: 2 }, () => {
  it(
    "with a full disk lets work wait, answers all the same, and goes on when there is room",
    { skip: smallDiskUnavailable() },
    async () => {
      await using project = new Project();
      using disk = new SmallDisk(project.data, 1_024);
      project.flow(
        "fills",
        `for (const n of [0, 1]) await step.run("make " + n, async () => { await opened("gate-" + n); mark("made " + n); return "x".repeat(2_000); });
    return "made";`,
      );
      const { command, line } = await startUp(project);
      const run = project.start(["run", "fills"]);
      await until(
        "it runs",
        async () => (await project.call<RunRecord[]>("run.list", { status: "running" })).length === 1,
      );
      disk.fill();
      project.open("gate-0");
      await command.says(/is on a full disk/);
      const token = readFileSync(line.tokenFile, "utf8").trim();
      const answer = await fetch(`${line.url}/api/host`, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answer.status, 200);
      project.open("gate-1");
      disk.free();
      assert.deepEqual([(await run.ended).code, project.marks()], [0, ["made 0", "made 1"]]);
      assert.equal((await project.tutti("down")).code, 0);
    },
  );

  it("whose token's file is removed goes on with the token that it has, and makes another at its next start", async () => {
    await using project = new Project();
    const first = await startDetachedUp(project);
    const token = readFileSync(first.tokenFile, "utf8").trim();
    rmSync(first.tokenFile);
    const ask = (url: string): Promise<Response> =>
      fetch(`${url}/api/host`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await ask(first.url)).status, 200);
    assert.equal((await project.tutti("down")).code, 0);
    const second = await startDetachedUp(project);
    assert.equal((await ask(second.url)).status, 401);
    assert.notEqual(readFileSync(second.tokenFile, "utf8").trim(), token);
  });

  it("that is stopped and says nothing is named by down, with how to end it", async () => {
    await using project = new Project();
    const { command } = await startUp(project);
    command.signal("SIGSTOP");
    const ending = await project.tutti("down", "--json");
    command.signal("SIGCONT");
    assert.equal(ending.code, 1);
    const { code, message, hint } = errorOf(ending);
    assert.equal(code, "host.busy");
    assert.ok(message.includes(`process ${command.pid}`) && hint?.includes(`kill ${command.pid}`));
  });

  it("that is started in the background behind a command says for whom it waits, and is given up with Ctrl-C", async () => {
    await using project = new Project();
    project.flow("wait", `return step.run("wait", async () => { mark("waits"); await opened("go"); return 1; });`);
    const run = project.start(["run", "wait"]);
    await project.marked("waits");
    const up = project.start(["up", "--detach", "--port", "0"]);
    await up.says(new RegExp(`Process ${run.pid} hosts this folder for a command of its own.*Ctrl-C gives it up`));
    up.interrupt();
    assert.equal((await up.ended).code, 130);
    project.open("go");
    assert.equal((await run.ended).code, 0);
    assert.equal((await project.tutti("status")).code, 5);
  });

  it("cannot be started where no folder can be made, and says so", async () => {
    await using project = new Project({ env: { TUTTI_HOME: "/proc/tutti" } });
    const ending = await project.tutti("up", "--json");
    assert.deepEqual([ending.code, errorOf(ending).code], [1, "storage.unavailable"]);
  });
});

describe("tutti up on a terminal", { skip: hasScript() ? false : "no `script` to make a terminal with" }, () => {
  it("shows a link that works once and its keys, and does what they say", async () => {
    await using project = new Project();
    chmodSync(project.write("bin/xdg-open", `#!/bin/sh\necho "$1" >> "${project.path("opened")}"\n`), 0o755);
    await using terminal = onTerminal(project, ["up", "--port", "0"]);
    await terminal.says(/web +http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/);
    await terminal.says(/keys +o open · r reviews · l logs · h help · q quit/);
    terminal.type("r");
    await until("the browser was opened", () => project.has("opened"));
    assert.match(readFileSync(project.path("opened"), "utf8"), /\/reviews\?token=/);
    terminal.type("l");
    await terminal.says(/info {2}host\.started/);
    terminal.type("q");
    assert.equal((await terminal.ended).code, 0);
    assert.match(logOf(project), /"event":"host\.stopping".*"why":"quit"/);
  });

  it("ends by Ctrl-C as everywhere", async () => {
    await using project = new Project();
    await using terminal = onTerminal(project, ["up", "--port", "0"]);
    await terminal.says(/q quit/);
    terminal.type("\u0003");
    await terminal.says(/Stopping/);
    assert.equal((await terminal.ended).code, 130);
  });
});

describe("tutti up on Postgres", { skip: postgresServerUnavailable() }, () => {
  let server: PostgresServer;
  before(async () => {
    server = await PostgresServer.start();
  });
  after(() => server[Symbol.asyncDispose]());

  it("is one worker of many, and the one that serves its folder", async () => {
    await using project = new Project({ env: { TUTTI_DATABASE: await server.database("up") } });
    project.flow("who", `return step.run("say", () => process.pid);`);
    const worker = project.start(["work"]);
    await worker.says(/Working on the runs/);
    const { line } = await startUp(project);
    const facts = await factsOf(project);
    assert.deepEqual([facts.database, facts.sizes.databaseBytes, facts.url], ["postgres", null, line.url]);
    worker.interrupt();
    await worker.ended;
    const run = await project.json<RunRecord>("run", "who");
    assert.equal(run.output, line.pid);
    assert.equal((await project.tutti("down")).code, 0);
    assert.equal(isAlive(line.pid), false);
  });
});

interface Terminal extends AsyncDisposable {
  readonly ended: Command["ended"];
  says(pattern: RegExp): Promise<unknown>;
  type(text: string): void;
}

/** A command that sees a terminal on all sides. What is typed goes by a pipe that stays open. */
function onTerminal(project: Project, words: readonly string[]): Terminal {
  const pipe = project.path("typed");
  const quoted = [process.execPath, main, ...words].map((word) => `"${word}"`).join(" ");
  const shell = `mkfifo "${pipe}"; exec 3<>"${pipe}"; exec script -qec '${quoted}' /dev/null <&3`;
  const env = {
    ...project.environment,
    NO_COLOR: "1",
    DISPLAY: ":0",
    PATH: `${project.path("bin")}:${process.env["PATH"]}`,
  };
  const command = new Command("bash", ["-c", shell], { cwd: project.folder, env });
  return {
    ended: command.ended,
    says: (pattern) => command.says(pattern),
    type: (text) => appendFileSync(pipe, text),
    [Symbol.asyncDispose]: () => command[Symbol.asyncDispose](),
  };
}

function hasScript(): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, "script")));
}
