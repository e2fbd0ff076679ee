import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runProcess } from "../../../src/tools/process.ts";
import { endProcessGroup, isGroupAlive, processStartTime } from "../../../src/tools/process-group.ts";
import { caller, scratchFolder, until } from "./scratch.ts";

const folder = scratchFolder();
const base = { cwd: folder, env: { PATH: process.env["PATH"] }, maxOutputBytes: 100_000 };
const shell = (script: string): string[] => ["sh", "-c", script];
const isAlive = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
};
const pidIn = async (name: string): Promise<number> => {
  const file = join(folder, name);
  await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
  return Number(readFileSync(file, "utf8"));
};

describe("a process", { timeout: 60_000 }, () => {
  it("hands back output, exit code and what it read on stdin", async () => {
    const result = await runProcess({ ...base, argv: shell("cat; echo bad >&2; exit 3"), stdin: "in ü" });
    assert.deepEqual(result, { stdout: "in ü", stderr: "bad\n", exitCode: 3, truncated: false });
  });
  it("gets no shell and no environment but the one given", async () => {
    assert.equal((await runProcess({ ...base, argv: ["echo", "$HOME; *"] })).stdout, "$HOME; *\n");
    assert.doesNotMatch((await runProcess({ ...base, argv: ["env"] })).stdout, /HOME=/);
  });
  it("need not read its stdin", async () => {
    assert.equal((await runProcess({ ...base, argv: ["true"], stdin: "x".repeat(1_000_000) })).exitCode, 0);
  });
  it("tells its pid and its output while it runs", async () => {
    const told: unknown[] = [];
    await runProcess({
      ...base,
      argv: ["echo", "hi"],
      onStart: (pid) => told.push(typeof pid),
      onOutput: (stream, text) => told.push(stream, text),
    });
    assert.deepEqual(told, ["number", "stdout", "hi\n"]);
  });
  it("says why it cannot start", async () => {
    await assert.rejects(runProcess({ ...base, argv: ["no-such-program-x"] }), {
      code: "tool.failed",
      message: /no such program \(ENOENT\)/,
    });
    await assert.rejects(runProcess({ ...base, argv: ["ls"], cwd: "/no/such" }), {
      code: "tool.failed",
      message: /folder \/no\/such does not exist/,
    });
    writeFileSync(join(folder, "plain"), "");
    await assert.rejects(runProcess({ ...base, argv: [join(folder, "plain")] }), {
      code: "tool.failed",
      message: /EACCES/,
    });
    await assert.rejects(runProcess({ ...base, argv: ["echo", "x".repeat(5_000_000)] }), {
      code: "tool.failed",
      message: /E2BIG/,
    });
    await assert.rejects(runProcess({ ...base, argv: [] }), { code: "tool.input_invalid" });
    await assert.rejects(runProcess({ ...base, argv: ["echo", "\0"] }), { code: "tool.input_invalid" });
  });
  it("is ended with its grandchildren when its time is up", async () => {
    const result = await runProcess({
      ...base,
      argv: shell("sh -c 'echo $$ > grandchild; exec sleep 100' & wait"),
      timeoutMs: 300,
    });
    assert.equal(result.ended, "timeout");
    assert.equal(result.signal, "SIGTERM");
    assert.equal(result.exitCode, 143);
    assert.equal(isAlive(await pidIn("grandchild")), false);
  });
  it("is killed when it ignores SIGTERM, with what it printed kept", async () => {
    const result = await runProcess({
      ...base,
      argv: shell("trap '' TERM; echo started; while :; do sleep 0.1; done"),
      timeoutMs: 300,
    });
    assert.equal(result.signal, "SIGKILL");
    assert.equal(result.stdout, "started\n");
  });
  it("is ended when it prints too much", async () => {
    const result = await runProcess({ ...base, argv: ["yes"], maxOutputBytes: 1_001 });
    assert.equal(result.stdout.length, 1_001);
    assert.equal(result.truncated, true);
    assert.equal(result.ended, "output");
  });
  it("is ended on abort, which throws the reason", async () => {
    const controller = new AbortController();
    let pid = 0;
    const running = runProcess({
      ...base,
      argv: ["sleep", "100"],
      signal: controller.signal,
      onStart: (started) => (pid = started),
    });
    await until(() => pid > 0);
    controller.abort(new Error("enough"));
    await assert.rejects(running, /enough/);
    assert.equal(isAlive(pid), false);
    await assert.rejects(runProcess({ ...base, argv: ["true"], signal: controller.signal }), /enough/);
  });
  it("leaves nothing behind when its child goes on with the pipe open", async () => {
    const result = await runProcess({
      ...base,
      argv: shell("sh -c 'echo $$ > background; exec sleep 100' & until [ -s background ]; do :; done; echo done"),
    });
    assert.deepEqual([result.stdout, result.exitCode], ["done\n", 0]);
    assert.equal(isAlive(await pidIn("background")), false);
  });
  it("is ended when the caller cannot write down that it started", async () => {
    let pid = 0;
    const running = runProcess({
      ...base,
      argv: ["sleep", "100"],
      onStart: (started) => {
        pid = started;
        throw new Error("disk full");
      },
    });
    await assert.rejects(running, /disk full/);
    assert.equal(isAlive(pid), false);
  });
});

describe("a process group that a dead host left", { timeout: 30_000 }, () => {
  const startGroup = (): number => {
    const child = spawn("sh", ["-c", "sleep 100 & wait"], { detached: true, stdio: "ignore" });
    child.unref();
    return child.pid ?? 0;
  };
  it("is ended, once", async () => {
    const pid = startGroup();
    assert.equal(await endProcessGroup(pid, processStartTime(pid)), true);
    assert.equal(isGroupAlive(pid), false);
    assert.equal(await endProcessGroup(pid, "x"), false);
  });
  it("is ended when its leader is gone already", async () => {
    const pid = startGroup();
    const startedAt = processStartTime(pid);
    await until(() => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8") !== "");
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));
    assert.equal(await endProcessGroup(pid, startedAt), true);
    assert.equal(isGroupAlive(pid), false);
  });
  it("is left alone when the pid belongs to another process by now", async () => {
    const pid = startGroup();
    assert.equal(await endProcessGroup(pid, `${processStartTime(pid)}9`), false);
    assert.equal(isGroupAlive(pid), true);
    await endProcessGroup(pid);
  });
  it("is never this process or everything", async () => {
    for (const pid of [0, 1, -1, 1.5, Number.NaN]) assert.equal(await endProcessGroup(pid), false);
    assert.equal(processStartTime(2 ** 30), undefined);
  });
});

describe("run_command", { timeout: 30_000 }, () => {
  const call = caller(folder, { maxResultBytes: 40 });
  it("runs in the workspace and passes no secrets on", async () => {
    process.env["TUTTI_TEST_SECRET"] = "s3cret";
    const { exitCode, stdout } = await caller(folder)("run_command", { argv: shell("pwd; env") });
    assert.equal(exitCode, 0);
    assert.ok(String(stdout).startsWith(`${folder}\n`));
    assert.doesNotMatch(String(stdout), /s3cret/);
  });
  it("shows the beginning and the end of long output", async () => {
    const { stdout, note } = await call("run_command", { argv: ["seq", "1000"] });
    assert.match(String(stdout), /^1\n2\n[\s\S]*bytes left out[\s\S]*1000\n$/);
    assert.match(String(note), /not whole/);
  });
  it("says that the time was up, and refuses more time than allowed or a folder outside", async () => {
    assert.match(
      String((await call("run_command", { argv: ["sleep", "9"], timeoutMs: 50 }))["note"]),
      /ended after 50 ms/,
    );
    await assert.rejects(call("run_command", { argv: ["true"], timeoutMs: 1e9 }), { code: "tool.denied" });
    await assert.rejects(call("run_command", { argv: ["true"], cwd: ".." }), { code: "tool.denied" });
  });
});
