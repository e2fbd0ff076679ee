import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePatch, unquote } from "../../../examples/code-review/diff.ts";

const head = "diff --git a/a.ts b/a.ts\nindex 1..2 100644\n--- a/a.ts\n+++ b/a.ts\n";

test("numbers the lines of the new file across hunks", () => {
  const [file] = parsePatch(`${head}@@ -1,2 +1,3 @@ top\n one\n+two\n three\n@@ -10 +11 @@\n-old\n+new\n`);
  assert.deepEqual(
    file?.hunks.flatMap((hunk) => hunk.lines).map(({ kind, line, text }) => `${line} ${kind} ${text}`),
    ["1 context one", "2 added two", "3 context three", "11 deleted old", "11 added new"],
  );
  assert.equal(file?.hunks[0]?.heading, "top");
});

test("a changed line that looks like a head stays a line", () => {
  const [file, ...rest] = parsePatch(
    `${head}@@ -1,2 +1,3 @@\n--- a/x\n-diff --git a/x b/x\n+++ b/x\n+@@ -1 +1 @@\n+diff --git a/y b/y\n`,
  );
  assert.equal(rest.length, 0);
  assert.deepEqual(
    file?.hunks[0]?.lines.map(({ text }) => text),
    ["-- a/x", "diff --git a/x b/x", "++ b/x", "@@ -1 +1 @@", "diff --git a/y b/y"],
  );
});

test("the mark of a missing line end is no line", () => {
  const [file, next] = parsePatch(
    `${head}@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n${head.replaceAll("a.ts", "b.ts")}@@ -0,0 +1 @@\n+c\n`,
  );
  assert.deepEqual(
    file?.hunks[0]?.lines.map(({ text }) => text),
    ["a", "b"],
  );
  assert.equal(next?.path, "b.ts");
});

test("CRLF and empty context lines are read", () => {
  const [file] = parsePatch(`${head}@@ -1,2 +1,3 @@\n one\r\n\n+two\r\n`);
  assert.deepEqual(
    file?.hunks[0]?.lines.map(({ text }) => text),
    ["one", "", "two"],
  );
});

const names = (patch: string): unknown => parsePatch(patch).map(({ path, from }) => [path, from]);

test("names come from wherever git puts them", () => {
  assert.deepEqual(names("diff --git a/a b c b/a b c\nold mode 100644\nnew mode 100755\n"), [["a b c", null]]);
  assert.deepEqual(names('diff --git "a/t\\tab" "b/t\\tab"\nBinary files differ\n'), [["t\tab", null]]);
  assert.deepEqual(names("diff --git a/x b/y z\nsimilarity index 90%\nrename from x\nrename to y z\n"), [["y z", "x"]]);
  assert.deepEqual(names("diff --git a/n b/n\n--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"), [["n", null]]);
  assert.deepEqual(names("diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n@@ -1 +1 @@\n-x\n+y\n"), [["a b", null]]);
});

test("C quoting is undone, UTF-8 inside and out", () => {
  assert.equal(unquote('"caf\\303\\251 é \\"x\\"\\n\\\\"'), 'café é "x"\n\\');
  assert.equal(unquote("plain\\n"), "plain\\n");
});

test("a patch that is cut off or no patch at all does no harm", () => {
  assert.deepEqual(parsePatch(""), []);
  assert.deepEqual(parsePatch("nonsense\n@@ -1 +1 @@\n+x"), []);
  assert.equal(parsePatch(`${head}@@ -1,9 +1,9 @@\n+x`)[0]?.path, "a.ts");
  assert.equal(parsePatch(`${head}@@ broken\n+x`).length, 1);
});
