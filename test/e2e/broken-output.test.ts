// Where a command's words cannot go: a full disk, a reader that has left, a terminal that must not be told what to do.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Command, type Ending } from "../support/command.ts";
import { Project } from "../support/project.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const noFullDisk = existsSync("/dev/full") ? false : "there is no /dev/full";

/** A line of the shell, in which `tutti` is the command. */
function shell(project: Project, line: string): Promise<Ending> {
  const tutti = `tutti() { "${process.execPath}" "${main}" "$@"; }`;
  return new Command("bash", ["-c", `set -o pipefail; ${tutti}; ${line}`], {
    cwd: project.folder,
    env: project.environment,
  }).ended;
}

describe("standard output", { concurrency: 2 }, () => {
  it("that is full is told in one line, and the run goes on to its end", { skip: noFullDisk }, async () => {
    await using project = new Project();
    project.flow("some", `await step.run("one", () => 1); await step.run("two", () => mark("two")); return "done";`);
    const { code, stderr } = await shell(project, "tutti run some > /dev/full");
    assert.equal(code, 1);
    assert.match(stderr, /^✕ standard output cannot be written: ENOSPC.*$/m);
    assert.ok(!/^ +at /m.test(stderr), stderr);
    assert.deepEqual(project.marks(), ["two"]);
    for (const words of ["help", "help exit-codes", "run list --json", "--version"]) {
      const ending = await shell(project, `tutti ${words} > /dev/full`);
      assert.deepEqual([ending.code, ending.stderr.split("\n").length], [1, 2], `${words}: ${ending.stderr}`);
    }
  });

  it("whose reader has left is no error", async () => {
    await using project = new Project();
    for (const words of ["help exit-codes", "tool list --json", "--help"]) {
      const { code, stderr } = await shell(project, `tutti ${words} | true`);
      assert.deepEqual([code, stderr], [0, ""], words);
    }
  });
});

describe("a folder in which nothing can be made", () => {
  it("is told at once", { skip: process.platform === "linux" ? false : "there is no /proc" }, async () => {
    await using project = new Project({ env: { TUTTI_HOME: "/proc/no-such-place" } });
    project.flow("some", "return 1;");
    const { code, stderr } = await project.tutti("run", "some");
    assert.equal(code, 1);
    assert.match(stderr, /cannot be made {2}storage\.unavailable/);
    // What only reads makes nothing, so there is nothing to fail at.
    for (const words of [
      ["run", "list"],
      ["review", "list"],
    ]) {
      const ending = await project.tutti(...words, "--json");
      assert.deepEqual([ending.code, ending.stdout], [0, "[]\n"]);
    }
  });
});
