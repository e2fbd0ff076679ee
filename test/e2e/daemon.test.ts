// `tutti up` and the commands that speak to it, as real processes.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import type { HostFacts } from "../../src/hosting.ts";
import { isAlive, until } from "../support/command.ts";
import { factsOf, logOf, startDetachedUp, startUp, type UpLine } from "../support/daemon.ts";
import { errorOf, jsonOf, Project } from "../support/project.ts";

const gated = `await step.run("one", () => mark("one"));
    await step.run("two", async () => { mark("two"); await opened("two"); });
    await step.run("three", () => mark("three"));
    return "all three";`;

describe("tutti up", { concurrency: 2 }, () => {
  it("prints one line with its address once it listens, and works on the runs of other commands", async () => {
    await using project = new Project();
    project.flow("hello", `return step.run("greet", () => process.pid);`);
    const { command, line } = await startUp(project);
    assert.match(line.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(line.pid, command.pid);
    assert.equal(line.home, project.data);
    const token = readFileSync(line.tokenFile, "utf8").trim();
    const api = (headers: Record<string, string>) => fetch(`${line.url}/api/host`, { headers });
    assert.equal((await api({})).status, 401);
    assert.equal(((await (await api({ authorization: `Bearer ${token}` })).json()) as HostFacts).pid, command.pid);
    const { output } = await project.json<RunRecord>("run", "hello");
    assert.equal(output, command.pid);
    assert.equal(command.stdout.trim().split("\n").length, 1);
  });

  it("ends well by SIGTERM: the running step comes to its end, and the run goes on with the next", async () => {
    await using project = new Project();
    project.flow("gated", gated);
    project.flow("hello", `return step.run("greet", () => mark("hello"));`);
    const { command, line } = await startUp(project);
    assert.equal((await project.tutti("run", "gated", "--detach")).code, 0);
    await project.marked("two");
    command.signal("SIGTERM");
    await command.says(/Stopping/);
    // Who looks on, as a page that is open, sees how it ends; what is begun now is stored and left to the next.
    const headers = { authorization: `Bearer ${readFileSync(line.tokenFile, "utf8").trim()}` };
    const [run] = (await (await fetch(`${line.url}/api/runs`, { headers })).json()) as RunRecord[];
    assert.equal(run?.status, "running");
    const body = JSON.stringify({ flow: "hello" });
    const begun = (await (await fetch(`${line.url}/api/runs`, { method: "POST", headers, body })).json()) as RunRecord;
    assert.equal(begun.status, "queued");
    project.open("two");
    assert.equal((await command.ended).code, 0);
    assert.deepEqual(project.marks(), ["one", "two"]);
    await startUp(project);
    await project.marked("three");
    await project.marked("hello");
    assert.deepEqual(new Set(project.marks()), new Set(["one", "two", "three", "hello"]));
  });

  it("is hurried by a second Ctrl-C, and what was cut off is done again", async () => {
    await using project = new Project();
    project.flow("gated", gated);
    const { command } = await startUp(project);
    await project.tutti("run", "gated", "--detach");
    await project.marked("two");
    command.interrupt();
    await command.says(/Stopping/);
    command.interrupt();
    assert.equal((await command.ended).code, 130);
    project.open("two");
    await startUp(project);
    await project.marked("three");
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
  });

  it("goes on after kill -9 as soon as it is up again", async () => {
    await using project = new Project();
    project.flow("gated", gated);
    const { command } = await startUp(project);
    await project.tutti("run", "gated", "--detach");
    await project.marked("two");
    await command.kill();
    const gone = await project.tutti("status", "--json");
    assert.deepEqual([gone.code, errorOf(gone).code], [5, "host.unreachable"]);
    project.open("two");
    const again = await startUp(project);
    assert.notEqual(again.line.pid, command.pid);
    await project.marked("three");
    assert.deepEqual(project.marks(), ["one", "two", "two", "three"]);
  });

  it("is there once in a folder: of two that start at once, one serves and the other tells where", async () => {
    await using project = new Project();
    const words = ["up", "--json", "--port", "0"];
    const [first, second] = [project.start(words), project.start(words)];
    const lines = await Promise.all(
      [first, second].map(async (up) => JSON.parse((await up.says(/^\{.*\}\n/))[0]) as UpLine),
    );
    assert.equal(lines[0]?.url, lines[1]?.url);
    const other = lines[0]?.reused ? first : second;
    const ending = await other.ended;
    assert.deepEqual([ending.code, (jsonOf(ending) as UpLine).reused], [0, true]);
    assert.equal((await project.tutti("down")).code, 0);
  });

  it("waits for a command that hosts the folder just now, and takes over when it ends", async () => {
    await using project = new Project();
    project.flow("gated", gated);
    const run = project.start(["run", "gated"]);
    await project.marked("two");
    const up = project.start(["up", "--json", "--port", "0"]);
    await up.says(new RegExp(`Process ${run.pid} hosts this folder for a command of its own`));
    const status = await project.tutti("status");
    assert.equal(status.code, 5);
    assert.match(status.stderr, new RegExp(`process ${run.pid} hosts it for a command`));
    project.open("two");
    assert.equal((await run.ended).code, 0);
    await up.says(/^\{.*\}\n/);
    assert.equal((await factsOf(project)).pid, up.pid);
  });

  it("takes the next free port where another program has the wanted one, and says so", async () => {
    await using project = new Project();
    const other = createServer().listen(0, "127.0.0.1");
    project.defer(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const up = project.start(["up", "--port", String(port)]);
    await up.says(new RegExp(`Port ${port} is taken by another program: this is \\d+`));
    const { url } = await factsOf(project);
    assert.ok(Number(new URL(url ?? "").port) > port);
    const { home, database, concurrency } = await project.json<HostFacts>("status");
    assert.deepEqual([home, database, concurrency], [project.data, "sqlite", 200]);
  });

  it("warns where it lets other machines in", async () => {
    await using project = new Project();
    const up = project.start(["up", "--port", "0", "--host", "0.0.0.0"]);
    await up.says(/Listening on 0\.0\.0\.0: other machines can reach port \d+ by plain HTTP/);
  });

  it("is asked wrongly and says what is wrong, before anything is made", async () => {
    await using project = new Project();
    for (const [words, says] of [
      [["--port", "x"], /--port x is not a whole number from 0 to 65535/],
      [["--port", "70000"], /--port 70000 is not a whole number/],
      [["--host", "a b"], /--host "a b" is not a host name or an IP address/],
      [["--host", "127.0.0.1:80"], /is not a host name/],
      [["here"], /too many arguments/],
    ] as const) {
      const { code, stderr, stdout } = await project.tutti("up", ...words);
      assert.deepEqual([code, stdout], [3, ""]);
      assert.match(stderr, says);
    }
    assert.equal(project.has(".tutti"), false);
  });
});

describe("tutti up --detach", { concurrency: 2 }, () => {
  it("returns when it answers; down waits until it is gone, and is content where nothing runs", async () => {
    await using project = new Project();
    const line = await startDetachedUp(project);
    assert.ok(isAlive(line.pid));
    assert.equal((await factsOf(project)).url, line.url);
    assert.equal(statSync(`${project.data}/tutti.log`).mode & 0o777, 0o600);
    const again = jsonOf(await project.tutti("up", "--detach", "--json")) as UpLine;
    assert.deepEqual([again.pid, again.url, again.reused], [line.pid, line.url, true]);
    assert.deepEqual(await project.json("down"), { stopped: true, pid: line.pid });
    assert.equal(isAlive(line.pid), false);
    const nothing = await project.tutti("down");
    assert.equal(nothing.code, 0);
    assert.match(nothing.stderr, /No daemon runs here/);
    const { code, stderr } = await project.tutti("status");
    assert.equal(code, 5);
    assert.match(stderr, /no daemon serves this folder[^]*tutti up --detach/);
  });

  it("ends with the error of a daemon that cannot start", async () => {
    await using project = new Project();
    project.write("tutti.yaml", "engine: { concurency: 1 }\n");
    const ending = await project.tutti("up", "--detach", "--json");
    assert.equal(ending.code, 3);
    assert.deepEqual(errorOf(ending).code, "config.unknown_key");
  });

  it("leaves its log in the folder: logs shows it, and follows it", async () => {
    await using project = new Project();
    project.flow("talk", `return step.run("say", () => { console.log("a word of the flow"); return 1; });`);
    await startDetachedUp(project);
    const entries = await project.json<readonly { event: string }[]>("logs");
    assert.ok(entries.some(({ event }) => event === "host.started"));
    const follow = project.start(["logs", "-f", "--lines", "0"]);
    await until("it follows", () => follow.pid > 0);
    await project.tutti("run", "talk");
    await until("the flow's word is in the log", () => logOf(project).includes("a word of the flow"));
    await project.tutti("down");
    await follow.says(/info {2}host\.stopping/);
    follow.interrupt();
    assert.equal((await follow.ended).code, 130);
  });

  it("says so when it is told of a run that is left to it, and leaves no second worker", async () => {
    await using project = new Project();
    project.flow("hello", `return step.run("greet", () => process.pid);`);
    const { pid } = await startDetachedUp(project);
    const { stdout, stderr } = await project.tutti("run", "hello", "--detach");
    assert.match(stderr, /The daemon works on it/);
    const { output } = await project.json<RunRecord>("run", "watch", stdout.trim());
    assert.equal(output, pid);
  });
});

describe("tutti open", { concurrency: 2 }, () => {
  it("makes a link that works once, for the page that is named", async () => {
    await using project = new Project();
    await startUp(project);
    const { url } = await project.json<{ url: string }>("open", "/reviews");
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/reviews\?token=\S+$/);
  });

  it("hands the link to the desktop's opener, and to no shell", async () => {
    await using project = new Project();
    await startUp(project);
    const opener = project.write("bin/xdg-open", `#!/bin/sh\nprintf '%s\\n' "$@" > "${project.path("opened")}"\n`);
    chmodSync(opener, 0o755);
    const env = { DISPLAY: ":0", PATH: `${project.path("bin")}:${process.env["PATH"]}` };
    const { code, stdout } = await project.start(["open", "/runs?query=$(id)&x=1"], { env }).ended;
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(
      readFileSync(project.path("opened"), "utf8"),
      /^http:\S+\/runs\?query=(\$\(id\)|%24%28id%29)&x=1&token=\S+\n$/,
    );
  });

  it("says what is wrong with a path, and that nothing serves", async () => {
    await using project = new Project();
    assert.match((await project.tutti("open", "reviews")).stderr, /begins with a slash: tutti open \/reviews/);
    const { code, stderr } = await project.tutti("open");
    assert.equal(code, 5);
    assert.match(stderr, /no daemon serves this folder/);
    await startUp(project);
    const elsewhere = await project.tutti("open", "//evil.example/");
    assert.equal(elsewhere.code, 3);
    assert.match(elsewhere.stderr, /is not a path of the web UI/);
  });
});

describe("tutti logs", { concurrency: 2 }, () => {
  it("has nothing to show where no daemon ever was, and refuses a number that is none", async () => {
    await using project = new Project();
    const { code, stdout, stderr } = await project.tutti("logs");
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(stderr, /No log yet/);
    assert.deepEqual(await project.json("logs"), []);
    assert.equal((await project.tutti("logs", "--lines", "-1")).code, 3);
  });

  it("with --file follows the daemon's own file across its turn to a new one", async () => {
    await using project = new Project();
    await startUp(project);
    const path = `${project.data}/tutti.log`;
    const follow = project.start(["logs", "--file", "-f"]);
    await follow.says(/host\.started/);
    writeFileSync(`${path}.1`, `${readFileSync(path, "utf8")}the last of the old\n`);
    writeFileSync(path, "the first of the new\n");
    await follow.says(/the last of the old\nthe first of the new\n/);
  });
});
