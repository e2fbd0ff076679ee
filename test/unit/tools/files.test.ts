import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createGlob } from "../../../src/tools/glob.ts";
import { caller, scratchFolder } from "./scratch.ts";

describe("read_file", () => {
  const root = scratchFolder();
  const call = caller(root, { maxReadBytes: 20 });
  writeFileSync(join(root, "lines"), "one\ntwo\nthree\nfour\n");
  writeFileSync(join(root, "wide"), `${"é".repeat(30)}\nend`);
  writeFileSync(join(root, "binary"), Buffer.from([1, 0, 2]));
  writeFileSync(join(root, "latin"), Buffer.from([0x61, 0xe9]));

  it("reads a whole file", async () => {
    assert.deepEqual(await call("read_file", { path: "lines" }), {
      path: "lines",
      text: "one\ntwo\nthree\nfour\n",
      firstLine: 1,
    });
  });
  it("reads some lines and says where to read on", async () => {
    const slice = await call("read_file", { path: "lines", offset: 2, limit: 2 });
    assert.deepEqual(slice, {
      path: "lines",
      text: "two\nthree\n",
      firstLine: 2,
      note: "cut here; read on with offset 4",
    });
  });
  it("cuts at the byte limit and never inside a character", async () => {
    const { text, note } = await call("read_file", { path: "wide" });
    assert.equal(text, "é".repeat(10));
    assert.match(String(note), /the last line is not whole/);
  });
  it("goes far into a file that is larger than its buffer", async () => {
    writeFileSync(join(root, "log"), Array.from({ length: 50_000 }, (_x, index) => `line ${index + 1}\n`).join(""));
    assert.equal((await call("read_file", { path: "log", offset: 40_000, limit: 1 }))["text"], "line 40000\n");
    assert.match(String((await call("read_file", { path: "log", offset: 99_999 }))["note"]), /fewer than 99999 lines/);
  });
  it("refuses binary files and folders, and says when bytes are not UTF-8", async () => {
    await assert.rejects(call("read_file", { path: "binary" }), /binary file/);
    await assert.rejects(call("read_file", { path: "." }), { code: "tool.failed" });
    await assert.rejects(call("read_file", { path: "no" }), { code: "tool.failed", message: "no does not exist" });
    await assert.rejects(call("read_file", { path: "no/such" }), {
      code: "tool.failed",
      message: "no/such does not exist",
    });
    assert.match(String((await call("read_file", { path: "latin" }))["note"]), /not UTF-8/);
  });
});

describe("list_files", () => {
  const root = scratchFolder();
  for (const folder of ["src/deep", ".git", "node_modules/x"]) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ["b.ts", "a.md", ".hidden.ts", "src/c.ts", "src/deep/d.ts", ".git/config", "node_modules/x/i.js"])
    writeFileSync(join(root, file), "");
  symlinkSync("/", join(root, "everything"));
  it("lists all levels without .git and node_modules, and does not follow symlinks", async () => {
    assert.deepEqual((await caller(root)("list_files", {}))["entries"], [
      ".hidden.ts",
      "a.md",
      "b.ts",
      "everything",
      "src/",
      "src/c.ts",
      "src/deep/",
      "src/deep/d.ts",
    ]);
  });
  it("takes a glob and a folder", async () => {
    assert.deepEqual((await caller(root)("list_files", { glob: "*.ts" }))["entries"], [
      ".hidden.ts",
      "b.ts",
      "src/c.ts",
      "src/deep/d.ts",
    ]);
    assert.deepEqual((await caller(root)("list_files", { path: "src", glob: "src/*.ts" }))["entries"], ["src/c.ts"]);
  });
  it("says when it is cut, and only then", async () => {
    assert.match(String((await caller(root)("list_files", { limit: 2 }))["note"]), /cut after 2/);
    assert.equal((await caller(root)("list_files", { limit: 8 }))["note"], undefined);
    await assert.rejects(caller(root)("list_files", { path: "gone" }), /gone does not exist/);
  });
});

describe("a glob", () => {
  const cases: readonly [string, string, boolean][] = [
    ["*.ts", "a/b.ts", true],
    ["src/*.ts", "src/a/b.ts", false],
    ["src/**/*.ts", "src/a/b/c.ts", true],
    ["src/**/*.ts", "src/c.ts", true],
    ["**", "a/b", true],
    ["**/x", "x", true],
    ["{a,b}/*.{js,ts}", "b/x.ts", true],
    ["[a-c]?.md", "bz.md", true],
    ["[!a]*", "abc", false],
    ["a**b", "axxb", true],
    ["./a", "a", true],
    ["[", "[", true],
    ["a.c", "abc", false],
  ];
  for (const [pattern, path, fits] of cases)
    it(`${pattern} ${fits ? "fits" : "does not fit"} ${path}`, () => assert.equal(createGlob(pattern)(path), fits));
  it("takes no exponential time", () => assert.equal(createGlob("*a".repeat(100) + "b")("a".repeat(250)), false));
  it("refuses to expand without end", () =>
    assert.throws(() => createGlob("{a,b}".repeat(10)), { code: "tool.input_invalid" }));
});

describe("search_text", () => {
  const root = scratchFolder();
  mkdirSync(join(root, "src"));
  writeFileSync(join(root, "src/a.ts"), "let a = 1;\r\n// TODO (a+b)\nconst ä = 2;\n");
  writeFileSync(join(root, "b.md"), "todo\n");
  writeFileSync(join(root, "binary"), "TODO\0");
  writeFileSync(join(root, "evil"), `${"a".repeat(60)}!\n`);
  it("takes the pattern literally", async () => {
    assert.deepEqual(await caller(root)("search_text", { pattern: "(a+b)" }), {
      matches: [{ path: "src/a.ts", line: 2, text: "// TODO (a+b)" }],
    });
  });
  it("ignores case when asked, and keeps to a glob", async () => {
    const matches = (await caller(root)("search_text", { pattern: "TODO", ignoreCase: true }))["matches"] as {
      path: string;
    }[];
    assert.deepEqual(
      matches.map((match) => match.path),
      ["b.md", "src/a.ts"],
    );
    assert.deepEqual((await caller(root)("search_text", { pattern: "TODO", glob: "*.md" }))["matches"], []);
  });
  it("takes a regular expression when asked", async () => {
    const { matches } = await caller(root)("search_text", { pattern: "^(let|const) \\S+ = \\d", regex: true });
    assert.deepEqual(
      (matches as { line: number }[]).map((match) => match.line),
      [1, 3],
    );
  });
  it("stops a regular expression that would take for ever, while this thread goes on", async () => {
    const search = caller(root, { searchTimeout: 300 })("search_text", {
      pattern: "^(a+)+$",
      regex: true,
      path: "evil",
    });
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    await assert.rejects(search, { code: "tool.failed", message: /took longer than 300 ms/ });
    clearInterval(timer);
    assert.ok(turns > 5);
  });
  it("refuses what is no regular expression", () =>
    assert.rejects(caller(root)("search_text", { pattern: "(", regex: true }), { code: "tool.input_invalid" }));
  it("cuts after the limit and says so, and names files left out", async () => {
    assert.match(String((await caller(root)("search_text", { pattern: "a", limit: 1 }))["note"]), /cut after 1 lines/);
    assert.match(
      String((await caller(root, { maxSearchFileBytes: 10 })("search_text", { pattern: "zzz" }))["note"]),
      /2 files/,
    );
  });
});

describe("edit_file", () => {
  const root = scratchFolder();
  const call = caller(root);
  const path = "f.ts";
  const file = join(root, path);
  it("replaces one exact text, taken literally", async () => {
    writeFileSync(file, "a.b\naxb\n");
    assert.deepEqual(await call("edit_file", { path, old: "a.b", new: "$& $1" }), { path, replaced: 1, line: 1 });
    assert.equal(readFileSync(file, "utf8"), "$& $1\naxb\n");
  });
  it("asks for more text when it occurs twice, and replaces all when told", async () => {
    writeFileSync(file, "x\ny\nx\n");
    await assert.rejects(call("edit_file", { path, old: "x", new: "z" }), {
      code: "tool.failed",
      message: /2 times.*lines 1, 3/,
    });
    assert.equal((await call("edit_file", { path, old: "x", new: "z", all: true }))["replaced"], 2);
  });
  it("shows the near miss", async () => {
    writeFileSync(file, "function f() {\n    return totalAmount;\n}\n");
    await assert.rejects(
      call("edit_file", { path, old: "function f() {\n  return totalAmount;", new: "" }),
      /line 1 differs in white space only/,
    );
    await assert.rejects(
      call("edit_file", { path, old: "return totalAmuont;", new: "q" }),
      /nearest is line 2: .*return totalAmount/,
    );
  });
  it("keeps CRLF and a byte order mark", async () => {
    writeFileSync(file, "\uFEFFone\r\ntwo\r\n");
    await call("edit_file", { path, old: "one\ntwo", new: "1\n2" });
    assert.equal(readFileSync(file, "utf8"), "\uFEFF1\r\n2\r\n");
  });
  it("takes it as done when a cut-off call runs again", async () => {
    writeFileSync(file, "const a = 1;\n");
    const edit = { path, old: "a = 1", new: "b = 2" };
    await call("edit_file", edit);
    assert.equal((await call("edit_file", edit))["replaced"], 0);
  });
  it("refuses text that is not UTF-8 rather than spoil it", async () => {
    writeFileSync(file, Buffer.from([0x61, 0xe9, 0x62]));
    await assert.rejects(call("edit_file", { path, old: "a", new: "b" }), /not UTF-8/);
  });
});
