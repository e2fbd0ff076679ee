import assert from "node:assert/strict";
import { test } from "node:test";
import { isTest } from "../../../examples/code-review/file-kind.ts";
import { manifestOf } from "../../../examples/code-review/manifest.ts";
import { code, escapeText } from "../../../examples/code-review/markdown.ts";
import { versionStep } from "../../../examples/code-review/version.ts";
import { leftovers, secrets } from "./made-patch.ts";

test("lines of any length are scanned in reasonable time", () => {
  const started = performance.now();
  secrets("a.min.js", "eyJ".repeat(300_000), "password".repeat(100_000), `key${"a".repeat(1_000_000)}`);
  secrets("a.yaml", `token: ${"a".repeat(1_000_000)}`, "-----BEGIN PRIVATE KEY-----".repeat(20_000));
  leftovers("a.js", "'".repeat(1_000_000), `debugger; ${"/".repeat(1_000)}`);
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

test("packages from elsewhere are read with their address", () => {
  assert.deepEqual(read("requirements.txt", "git+https://h/c.git#egg=c\n-e git+https://h/d.git#egg=d\n"), {
    c: "git+https://h/c.git#egg=c",
    d: "git+https://h/d.git#egg=d",
  });
  assert.deepEqual(read("go.mod", "replace a.org/b => ../b\n"), { "a.org/b (replace)": "../b" });
  assert.deepEqual(read("Gemfile", 'gem "a", git: "https://h/a"\n'), { a: "git+https://h/a" });
});

test("a step between versions is told by its first number that moved", () => {
  const steps = [
    ["^1.2.0", "^2.0.0", "major"],
    ["~> 7.0", "~> 7.1", "minor"],
    ["v1.2.3", "v1.2.4", "patch"],
    [">=2,<3", "==1.9", "downgrade"],
    ["4.1.0", "3.9.0", "downgrade"],
    ["1.0", "1.0.0", null],
    ["latest", "2.0.0", null],
    ["1.0.0", "git+https://h/x#v2.0.0", null],
    ["workspace:*", "1.0.0", null],
  ] as const;
  for (const [before, after, step] of steps) assert.equal(versionStep(before, after), step, `${before} → ${after}`);
});

test("tests are known by their path", () => {
  for (const path of ["test/a.ts", "src/a.test.ts", "a_test.go", "test_a.py", "src/__tests__/a.js", "FooTest.java"])
    assert.ok(isTest(path), path);
  for (const path of ["src/latest.ts", "contest/a.ts", "src/testing-library.ts"]) assert.ok(!isTest(path), path);
});

test("text from a repository cannot become Markdown or HTML", () => {
  assert.equal(escapeText("<b>|[x](y)`\n"), "&lt;b&gt;\\|\\[x\\](y)\\`\\\\n");
  assert.equal(escapeText("https://x.org www.x.org"), "https:\\//x.org www\\.x.org");
  assert.equal(code("a|b`c\u001b[31m"), "``a\\|b`c\\u001b[31m``");
});
