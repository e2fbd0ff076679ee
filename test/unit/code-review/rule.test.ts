import assert from "node:assert/strict";
import { test } from "node:test";
import type { FilePatch } from "../../../examples/code-review/diff.ts";
import { isTest } from "../../../examples/code-review/file-kind.ts";
import { findLeftovers } from "../../../examples/code-review/leftover.ts";
import { manifestOf } from "../../../examples/code-review/manifest.ts";
import { code, escapeText } from "../../../examples/code-review/markdown.ts";
import { findSecrets, maskSecrets } from "../../../examples/code-review/secret.ts";

// Put together here, so that no scanner takes this file for a leak.
const glue = (...parts: string[]): string => parts.join("");

function adding(path: string, ...texts: string[]): FilePatch {
  const lines = texts.map((text, index) => ({ kind: "added", text, line: index + 1 }) as const);
  return {
    path,
    from: null,
    isBinary: false,
    hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: lines.length, heading: "", lines }],
  };
}
const leftovers = (path: string, ...texts: string[]): string[] =>
  findLeftovers(adding(path, ...texts)).map(({ line, title }) => `${line} ${title}`);
const secrets = (path: string, ...texts: string[]): string[] =>
  findSecrets(adding(path, ...texts)).map(({ severity, title }) => `${severity} ${title}`);

test("debug prints are found in code, not in strings and comments, and not where printing is the job", () => {
  assert.deepEqual(leftovers("a.ts", "console.log(x);", 'const s = "console.log(x)";', "// console.log(x)"), [
    "1 debug print",
  ]);
  assert.deepEqual(leftovers("cli/a.ts", "console.log(x);", "  debugger;"), ["2 debugger stop"]);
  assert.deepEqual(leftovers("a.py", "print(x)", "breakpoint()", "blueprint(x)"), ["1 debug print", "2 debugger stop"]);
  assert.deepEqual(leftovers("a.rs", "dbg!(x);", "fn f<'a>(x: &'a str) {}"), ["1 debug print"]);
  assert.deepEqual(leftovers("notes.md", "console.log(x)"), []);
});

test("many of a kind in one file are one finding that names the lines", () => {
  const [only, ...rest] = findLeftovers(adding("a.ts", ...Array.from({ length: 12 }, () => "console.log(1)")));
  assert.equal(rest.length, 0);
  assert.match(only?.detail ?? "", /^12 places \(lines 1, 2, 3, 4, 5, 6, 7, 8 and 4 more\)/);
});

test("focused tests count in tests only", () => {
  const focused = "focused test: the others do not run";
  assert.deepEqual(leftovers("a.test.ts", 'it.only("x", f)', "fdescribe(", "model.fit("), [
    `1 ${focused}`,
    `2 ${focused}`,
  ]);
  assert.deepEqual(leftovers("a.ts", 'it.only("x", f)'), []);
});

test("words that ask for more work count in comments", () => {
  assert.deepEqual(leftovers("a.ts", "x(); // TODO: later", "const TODO = 1;", 'open("http://x/FIXME")'), [
    "1 TODO added",
  ]);
  assert.deepEqual(leftovers("a.py", "x = 1  # FIXME it's wrong"), ["1 FIXME added"]);
});

test("conflict markers count everywhere, an underlined heading nowhere", () => {
  assert.deepEqual(leftovers("a.md", glue("<<<<<", "<< HEAD"), "Title", "=======", glue(">>>>", ">>> topic")), [
    "1 conflict marker",
    "4 conflict marker",
  ]);
  assert.deepEqual(leftovers("a.rst", "Title", "======="), []);
  assert.deepEqual(leftovers("a.txt", "if (x) {\u202e"), ["1 hidden character that reorders text"]);
});

test("known tokens are found and masked", () => {
  const key = glue("AKIA", "ZQ3DR7XK5MPLW2TN");
  const github = glue("ghp", "_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
  assert.deepEqual(secrets("a.ts", `x = "${key}"`, github, glue("-----BEGIN RSA ", "PRIVATE KEY-----")), [
    "critical AWS access key",
    "critical GitHub token",
    "critical private key",
  ]);
  assert.deepEqual(secrets("a.test.ts", github), ["high GitHub token"]);
  assert.equal(maskSecrets(`k=${key};`, "a.ts"), "k=AKIA… (20 characters);");
  const [finding] = findSecrets(adding("a.ts", github));
  assert.ok(!JSON.stringify(finding).includes(github));
});

test("likely secrets look random; placeholders and code do not", () => {
  assert.deepEqual(secrets("a.ts", glue('const apiKey = "', 'k9Xv2Lq8Zt4Wm1"')), ["high likely secret"]);
  assert.deepEqual(secrets(".env", glue("DB_PASSWORD=", "k9Xv2Lq8Zt4W")), ["high likely secret"]);
  assert.deepEqual(secrets("a.yaml", glue("url: postgres://app:", "k9Xv2Lq8@db.internal/x")), [
    "high password in an address",
  ]);
  const harmless = [
    'password = "changeme123"',
    "token: `${token}abc12345`",
    'const secret = "the secret word"',
    'apiKey: "your-api-key-1"',
    'token = "AKIAIOSFODNN7EXAMPLE"',
  ];
  assert.deepEqual(secrets("a.ts", ...harmless), []);
});

test("lines of any length are scanned in reasonable time", () => {
  const started = performance.now();
  findSecrets(adding("a.min.js", "eyJ".repeat(300_000), "password".repeat(100_000), "a".repeat(1_000_000)));
  findLeftovers(adding("a.js", "'".repeat(1_000_000)));
  assert.ok(performance.now() - started < 10_000);
});

const read = (path: string, text: string): unknown => Object.fromEntries(manifestOf(path)?.read(text) ?? []);

test("manifests of each kind are read", () => {
  assert.deepEqual(read("x/package.json", '{"dependencies":{"a":"1"},"devDependencies":{"b":"^2"}}'), {
    a: "1",
    b: "^2",
  });
  assert.deepEqual(read("package.json", "{ broken"), {});
  assert.deepEqual(
    read("requirements-dev.txt", "# c\nfoo==1.2 ; python_version > '3'\nbar[x]>=2 # why\n-r other.txt\nbaz\n"),
    { foo: "==1.2", bar: ">=2", baz: "any" },
  );
  assert.deepEqual(
    read("go.mod", "module m.org/x\ngo 1.22\nrequire (\n\ta.org/b v1.0.0 // indirect\n)\nrequire c.org/d v2.0.0\n"),
    { go: "1.22", "a.org/b": "v1.0.0", "c.org/d": "v2.0.0" },
  );
  assert.deepEqual(
    read(
      "Cargo.toml",
      '[package]\nversion = "1"\n[dependencies]\na = "1"\nb = { version = "2", features = [] }\n[dev-dependencies.c]\nversion = "3"\n',
    ),
    { a: "1", b: "2", c: "3" },
  );
  assert.deepEqual(
    read(
      "pyproject.toml",
      '[project]\nname = "x"\ndependencies = [\n  "a[b]>=1",\n  "c",\n]\n[tool.poetry.dependencies]\nd = "^1"\n',
    ),
    { a: ">=1", c: "any", d: "^1" },
  );
  assert.deepEqual(read("Gemfile", 'gem "rails", "~> 7"\ngem "pg"\n'), { rails: "~> 7", pg: "any" });
});

test("tests are known by their path", () => {
  for (const path of ["test/a.ts", "src/a.test.ts", "a_test.go", "test_a.py", "src/__tests__/a.js", "FooTest.java"])
    assert.ok(isTest(path), path);
  for (const path of ["src/latest.ts", "contest/a.ts", "src/testing-library.ts"]) assert.ok(!isTest(path), path);
});

test("text from a repository cannot become Markdown or HTML", () => {
  assert.equal(escapeText("<b>|[x](y)`\n"), "&lt;b&gt;\\|\\[x\\](y)\\`\\\\n");
  assert.equal(code("a|b`c\u001b[31m"), "``a\\|b`c\\u001b[31m``");
});
