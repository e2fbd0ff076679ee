import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { makeExecutable, review, scratchRepository } from "./scratch-repository.ts";
import type { ReviewOutput, ScratchRepository } from "./scratch-repository.ts";

const lines = (count: number, word = "line"): string =>
  Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join("");
const shape = ({ files }: ReviewOutput): string[] =>
  files.map(({ kind, path, from, remark }) => [kind, path, from ?? "", remark].join(" ").trim());

test("a rename keeps its origin and its history", async () => {
  using repository = scratchRepository();
  repository.commit("add old", { "old.ts": lines(20) });
  repository.commit("move", { "old.ts": null, "new.ts": `${lines(20)}more\n` });
  const output = await review({ repository: repository.path, last: 1 });
  assert.deepEqual(shape(output), ["renamed new.ts old.ts"]);
  assert.deepEqual(output.files[0]?.why, ["move"]);
  assert.equal(output.range, "HEAD~1..HEAD");
});

test("a copy is known as one", async () => {
  using repository = scratchRepository();
  repository.commit("add", { "a.ts": lines(20) });
  repository.commit("copy", { "a.ts": `${lines(20)}x\n`, "b.ts": lines(20) });
  assert.deepEqual(shape(await review({ repository: repository.path, last: 1 })), [
    "modified a.ts",
    "copied b.ts a.ts",
  ]);
});

test("binary files, deleted files, modes and submodules are told, not read", async () => {
  using repository = scratchRepository();
  using inner = scratchRepository();
  inner.commit("inner", { a: "1" });
  repository.git("submodule", "--quiet", "add", inner.path, "lib");
  repository.commit("first", { "run.sh": "echo 1\n", "gone.ts": "// TODO old\n", "code.ts": "x\n" });
  inner.commit("inner 2", { a: "2" });
  repository.git("-C", "lib", "pull", "--quiet");
  makeExecutable(repository, "run.sh");
  repository.commit("second", { "p.png": Buffer.from([1, 0, 2]), "gone.ts": null, "code.ts": Buffer.from([1, 0]) });
  const output = await review({ repository: repository.path, last: 1 });
  const [binaryCode, gone, submodule, picture, mode] = shape(output);
  assert.deepEqual(
    [binaryCode, gone, picture, mode],
    ["modified code.ts  binary", "deleted gone.ts", "added p.png  binary", "modified run.sh  mode 100644 → 100755"],
  );
  assert.match(submodule ?? "", /^modified lib {2}submodule [0-9a-f]{7} → [0-9a-f]{7}$/);
  assert.deepEqual(
    output.findings.map(({ title, file }) => `${file}: ${title}`),
    ["code.ts: git sees it as binary", "lib: submodule modified", "run.sh: became executable"],
  );
});

test("an empty range and an empty repository are answers, not failures", async () => {
  using repository = scratchRepository();
  const output = join(repository.path, "review.md");
  const none = await review({ repository: repository.path, output });
  assert.match(none.summary, /no commit yet/);
  assert.match(readFileSync(output, "utf8"), /no commit yet/);
  repository.commit("one", { a: "1" });
  assert.match(
    (await review({ repository: repository.path, range: "HEAD..HEAD" })).summary,
    /is empty: nothing changed/,
  );
});

test("one commit alone is compared with nothing", async () => {
  using repository = scratchRepository();
  repository.commit("only", { "a.ts": "debugger;\n" });
  for (const range of ["", "HEAD"]) {
    const output = await review({ repository: repository.path, range });
    assert.deepEqual(shape(output), ["added a.ts"]);
    assert.equal(output.findings[0]?.title, "debugger stop");
  }
});

test("a repository of SHA-256 works the same", async () => {
  using repository = scratchRepository();
  rmSync(join(repository.path, ".git"), { recursive: true });
  repository.git("init", "--quiet", "--object-format=sha256");
  repository.commit("only", { "a.ts": "x\n" });
  assert.deepEqual(shape(await review({ repository: repository.path })), ["added a.ts"]);
});

test("a shallow clone says what it cannot see", async () => {
  using repository = scratchRepository();
  for (const word of ["one", "two", "three", "four"]) repository.commit(word, { [`${word}.ts`]: `${word}\n` });
  const clone = (depth: number): string => {
    repository.git("clone", "--quiet", `--depth=${depth}`, `file://${repository.path}`, `clone${depth}`);
    return join(repository.path, `clone${depth}`);
  };
  const two = await review({ repository: clone(2) });
  assert.deepEqual(shape(two), ["added four.ts"]);
  assert.match(two.notes[0] ?? "", /shallow clone.*--unshallow/);
  const one = await review({ repository: clone(1) });
  assert.equal(one.files.length, 4);
  assert.match(one.notes[0] ?? "", /every file counts as added/);
  await assert.rejects(review({ repository: clone(3), range: "HEAD~5..HEAD" }), /bad revision.*shallow clone/s);
});

test("names of every kind come through whole", async () => {
  using repository = scratchRepository();
  const names = [
    "späß 日本.ts",
    'quo"te.ts',
    "tab\there.ts",
    "new\nline.ts",
    " lead and trail ",
    "back\\slash.ts",
    "a b/a b.ts",
    "-dash.ts",
    ":(top)x.ts",
  ];
  repository.commit("größer | <b>", Object.fromEntries(names.map((name) => [name, "// TODO x\n"])));
  const output = await review({ repository: repository.path, output: join(repository.path, "r.md") });
  assert.deepEqual(
    output.files.map(({ path }) => path),
    names.toSorted(),
  );
  assert.deepEqual(
    output.findings.map(({ file }) => file),
    names.filter((name) => name.endsWith(".ts")).toSorted(),
  );
  const report = readFileSync(join(repository.path, "r.md"), "utf8");
  assert.match(report, /`new\\nline\.ts:1`/);
  assert.match(report, /größer \\\| &lt;b&gt;/);
});

test("merges in the range count once, and their own resolution is told", async () => {
  using repository = scratchRepository();
  repository.commit("base", { "a.ts": "1\n" });
  repository.git("checkout", "--quiet", "-b", "topic");
  repository.commit("on topic", { "b.ts": "1\n" });
  repository.git("checkout", "--quiet", "main");
  repository.commit("on main", { "c.ts": "1\n" });
  repository.git("merge", "--quiet", "--no-commit", "topic");
  repository.commit("merge", { "d.ts": "evil\n" });
  const output = await review({ repository: repository.path, last: 2 });
  assert.deepEqual(
    output.files.map(({ path, why }) => `${path}: ${why.join()}`),
    ["b.ts: on topic", "c.ts: on main", "d.ts: in a merge"],
  );
  assert.equal(output.commits.length, 3);
  // Two ends that parted: the other side's work must not look undone.
  assert.deepEqual(shape(await review({ repository: repository.path, range: "main~1..topic" })), ["added b.ts"]);
});

test("CRLF and a missing last line end change neither places nor texts", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "a\r\nb\r\n", "b.ts": "x" });
  repository.commit("two", { "a.ts": "a\r\nb\r\ndebugger;\r\n", "b.ts": "x\ndebugger;" });
  const { findings } = await review({ repository: repository.path, last: 1 });
  assert.deepEqual(
    findings.map(({ file, line, detail }) => [file, line, detail]),
    [
      ["a.ts", 3, "debugger;"],
      ["b.ts", 2, "debugger;"],
    ],
  );
});

test("a patch of more than 5 MB is read whole, a file too large is named", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "x\n" });
  repository.commit("two", {
    "big.ts": `${lines(200_000, "a line that is long enough to count")}debugger;\n`,
    "huge.ts": "y".repeat(17_000_000),
  });
  const { findings, files } = await review({ repository: repository.path, last: 1, maxModelFiles: 1 });
  assert.equal(files[0]?.added, 200_001);
  // git streams it and counts nothing: it would hold the whole in memory.
  assert.equal(files[1]?.added, null);
  assert.deepEqual(
    findings.map(({ file, line, title }) => [file, line, title]),
    [
      ["big.ts", 200_001, "debugger stop"],
      ["huge.ts", null, "too large to be read"],
    ],
  );
});

test("what is not a repository, or no range, is told with what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-none-"));
  await assert.rejects(review({ repository: folder }), /is not a git repository.*--input repository=PATH/);
  await assert.rejects(review({ repository: join(folder, "missing") }), /is not a folder that can be read/);
  rmSync(folder, { recursive: true });
  using repository = scratchRepository();
  repository.commit("one", { a: "1" });
  await assert.rejects(
    review({ repository: repository.path, range: "nope..HEAD" }),
    /bad revision 'nope'.*range=HEAD~5\.\.HEAD/s,
  );
  const target = join(repository.path, "written");
  await assert.rejects(review({ repository: repository.path, range: `--output=${target}` }), /cannot be reviewed/);
  assert.ok(!existsSync(target));
});

test("a relative path, a folder inside, and a bare repository work", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "deep/a.ts": "1\n", "b.ts": "1\n" });
  repository.git("clone", "--quiet", "--bare", ".", "bare.git");
  for (const path of [
    relative(process.cwd(), repository.path),
    join(repository.path, "deep"),
    join(repository.path, "bare.git"),
  ]) {
    assert.deepEqual(shape(await review({ repository: path })), ["added b.ts", "added deep/a.ts"]);
  }
});

test("a hostile repository runs no program and hides no file", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "x\n" });
  repository.commit("two", {
    ".gitattributes": "*.ts diff=evil filter=evil\n*.py -diff\n",
    "b.py": "breakpoint()\n",
    "a.ts": "debugger;\n",
  });
  signHead(repository);
  const mark = join(repository.path, "ran");
  const program = join(repository.path, "evil.sh");
  writeFileSync(program, `#!/bin/sh\ntouch "${mark}"\n`, { mode: 0o755 });
  mkdirSync(join(repository.path, ".git/hooks"), { recursive: true });
  const keys = [
    "diff.external",
    "diff.evil.textconv",
    "diff.evil.command",
    "filter.evil.smudge",
    "filter.evil.clean",
    "core.fsmonitor",
    "core.pager",
    "pager.log",
    "gpg.program",
    "core.sshCommand",
    "core.askPass",
  ];
  for (const key of keys) repository.git("config", key, program);
  repository.git("config", "log.showSignature", "true");
  repository.git("config", "diff.noprefix", "true");
  const output = await review({ repository: repository.path, last: 1 });
  assert.ok(!existsSync(mark));
  assert.deepEqual(
    output.findings.map(({ file, title }) => `${file}: ${title}`),
    ["a.ts: debugger stop", "b.py: debugger stop"],
  );
});

// A commit that claims a signature is what makes git call the program that the configuration names.
function signHead(repository: ScratchRepository): void {
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n eA==\n -----END PGP SIGNATURE-----\n\n";
  const file = join(repository.path, ".git", "signed");
  writeFileSync(file, repository.git("cat-file", "commit", "HEAD").replace("\n\n", `\n${signature}`));
  const id = repository.git("hash-object", "-t", "commit", "-w", file).trim();
  repository.git("reset", "--quiet", "--soft", id);
}
