import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { locate, openFile } from "../../../src/tools/workspace.ts";
import { caller, scratchFolder } from "./scratch.ts";

const denied = { code: "tool.denied" };

describe("a path in the workspace", () => {
  const outside = scratchFolder();
  const root = scratchFolder();
  writeFileSync(join(outside, "secret"), "s");
  writeFileSync(join(root, "a.txt"), "a");
  mkdirSync(join(root, "folder"));
  mkdirSync(join(root, ".git"));
  mkdirSync(join(root, ".tutti"));
  writeFileSync(join(root, ".git", "config"), "c");
  symlinkSync(outside, join(root, "out"));
  symlinkSync(join(outside, "secret"), join(root, "file-out"));
  symlinkSync("a.txt", join(root, "inner"));
  symlinkSync(join(outside, "nothing"), join(root, "dangling"));
  symlinkSync("circle", join(root, "circle"));

  for (const path of [
    "../x",
    "/etc/passwd",
    "folder/../../x",
    "out/secret",
    "out/new/file",
    "file-out",
    "dangling",
    "dangling/x",
    "circle",
    "a\0b",
    ".tutti/token",
    `${root}x/y`,
  ]) {
    it(`refuses ${JSON.stringify(path.replace(root, "ROOT"))}`, async () => {
      await assert.rejects(locate(root, path, "read"), denied);
      await assert.rejects(locate(root, path, "write"), denied);
    });
  }
  for (const [path, name] of [
    ["a.txt", "a.txt"],
    ["./folder/../a.txt", "a.txt"],
    ["inner", "a.txt"],
    [".", "."],
    ["new/deep/file", "new/deep/file"],
    [join(root, "a.txt"), "a.txt"],
    ["..a", "..a"],
  ] as const) {
    it(`takes ${JSON.stringify(path.replace(root, "ROOT"))}`, async () =>
      assert.equal((await locate(root, path, "write")).name, name));
  }
  it("lets .git be read and not written", async () => {
    assert.equal((await locate(root, ".git/config", "read")).name, ".git/config");
    await assert.rejects(locate(root, ".GIT/hooks/pre-commit", "write"), denied);
  });
  it("works in a workspace that is itself named through a symlink", async () => {
    const alias = join(outside, "alias");
    symlinkSync(root, alias);
    assert.equal((await locate(alias, join(alias, "a.txt"), "read")).path, join(root, "a.txt"));
  });
  it("does not follow what became a symlink after the check", async () => {
    writeFileSync(join(root, "swap"), "x");
    const file = await locate(root, "swap", "read");
    rmSync(join(root, "swap"));
    symlinkSync(join(outside, "secret"), join(root, "swap"));
    await assert.rejects(openFile(file), denied);
  });
  it("does not follow a folder that became a symlink after the check", async () => {
    mkdirSync(join(root, "swapped"));
    writeFileSync(join(root, "swapped", "secret"), "x");
    const file = await locate(root, "swapped/secret", "read");
    rmSync(join(root, "swapped"), { recursive: true });
    symlinkSync(outside, join(root, "swapped"));
    await assert.rejects(openFile(file));
  });
  it("does not wait for a named pipe", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    await assert.rejects(caller(root)("read_file", { path: "pipe" }), /not a regular file/);
  });
});

describe("write_file", () => {
  const root = scratchFolder();
  const call = caller(root, { maxWriteBytes: 100 });
  it("makes folders, writes, and leaves no draft behind", async () => {
    assert.deepEqual(await call("write_file", { path: "a/b/c.txt", text: "é" }), { path: "a/b/c.txt", bytes: 2 });
    assert.equal(readFileSync(join(root, "a/b/c.txt"), "utf8"), "é");
    assert.deepEqual((await call("list_files", {}))["entries"], ["a/", "a/b/", "a/b/c.txt"]);
  });
  it("keeps the mode of the file it replaces", async () => {
    writeFileSync(join(root, "run.sh"), "old", { mode: 0o755 });
    await call("write_file", { path: "run.sh", text: "new" });
    assert.equal(statSync(join(root, "run.sh")).mode & 0o777, 0o755);
  });
  it("refuses a folder, a file as a folder, and too much", async () => {
    await assert.rejects(call("write_file", { path: "a", text: "" }), { code: "tool.failed", message: /is a folder/ });
    await assert.rejects(call("write_file", { path: "run.sh/x", text: "" }), { code: "tool.failed" });
    await assert.rejects(call("write_file", { path: "big", text: "x".repeat(101) }), /would be 101 bytes/);
  });
});
