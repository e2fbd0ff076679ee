import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reportMark } from "../../../examples/code-review/report.ts";
import { checkPlace, saveReport } from "../../../examples/code-review/save-report.ts";
import { review, scratchRepository } from "./scratch-repository.ts";

const text = `${reportMark}\n\n# A report\n`;

test("a file that is no report is left as it is, and the way out is named", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "debugger;\n" });
  const output = join(repository.path, "review.md");
  writeFileSync(output, "# My own notes\n");
  const refused = /review\.md exists and is not a report of code-review.*--input output=FILE/;
  await assert.rejects(saveReport({ folder: repository.path, output: "review.md", text }), refused);
  // The flow says so before any work is done: the repository does not even exist.
  await assert.rejects(review({ repository: "no such folder", output }), refused);
  assert.equal(readFileSync(output, "utf8"), "# My own notes\n");
  assert.deepEqual(readdirSync(repository.path).toSorted(), [".git", "a.ts", "review.md"]);
});

test("a report is replaced, by the same run after a crash and by a later one; an empty file too", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "debugger;\n" });
  const output = join(repository.path, "review.md");
  await review({ repository: repository.path, output });
  const first = readFileSync(output, "utf8");
  assert.equal(first.split("\n")[0], reportMark);
  await review({ repository: repository.path, output });
  assert.equal(readFileSync(output, "utf8"), first);
  writeFileSync(output, "");
  await review({ repository: repository.path, output });
  assert.equal(readFileSync(output, "utf8"), first);
  // An empty range has a report as well.
  await review({ repository: repository.path, range: "HEAD..HEAD", output });
  assert.equal(readFileSync(output, "utf8").split("\n")[0], reportMark);
});

test("a link stays a link, and what lies behind it is the user's in the same way", async () => {
  using repository = scratchRepository();
  const place = { folder: repository.path, output: "link.md" };
  symlinkSync("real.md", join(repository.path, "link.md"));
  writeFileSync(join(repository.path, "real.md"), "mine\n");
  await assert.rejects(saveReport({ ...place, text }), /is not a report/);
  writeFileSync(join(repository.path, "real.md"), text);
  await saveReport({ ...place, text: `${text}new\n` });
  assert.ok(lstatSync(join(repository.path, "link.md")).isSymbolicLink());
  assert.equal(readFileSync(join(repository.path, "real.md"), "utf8"), `${text}new\n`);
});

test("only ordinary files are written", async () => {
  using repository = scratchRepository();
  const folder = repository.path;
  mkdirSync(join(folder, "sub"));
  await assert.rejects(checkPlace({ folder, output: "sub" }), /is a folder.*output=FILE/);
  await assert.rejects(checkPlace({ folder, output: "no/r.md" }), /there is no folder/);
  await assert.rejects(checkPlace({ folder, output: "/dev/null" }), /is no ordinary file/);
});

test("the report is for all to read, and leaves nothing beside it", async () => {
  using repository = scratchRepository();
  const folder = join(repository.path, "out");
  mkdirSync(folder);
  const path = await saveReport({ folder, output: "r.md", text });
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(folder), ["r.md"]);
});
