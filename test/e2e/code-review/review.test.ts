import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { review, scratchRepository } from "./scratch-repository.ts";

const usage = { calls: 1 };
const fault = (line: number): object => {
  return { line, quote: "let x = 1;", severity: "critical", title: "off by one", detail: "<img src=x>" };
};

test("without a model the review says so and what to do", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "let x = 1;\n" });
  const output = join(repository.path, "r.md");
  const { model, summary } = await review({ repository: repository.path, output });
  assert.deepEqual(model.skipped?.reason, "no model reachable");
  assert.match(summary, /^No model review: no model reachable\.$/m);
  assert.match(readFileSync(output, "utf8"), /No model review: no model reachable\. Start Ollama/);
});

test("a model's claims are kept only inside the change, and stay its own", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "let x = 1;\n" });
  const output = await review({ repository: repository.path, output: join(repository.path, "r.md") }, () => {
    return { text: "", usage, model: "ollama/qwen", output: { findings: [fault(1), fault(99)] } };
  });
  assert.deepEqual(
    output.findings.map(({ line, source }) => [line, source]),
    [[1, "model ollama/qwen"]],
  );
  assert.deepEqual([output.model.reviewed, output.model.dropped], [1, 1]);
  const report = readFileSync(join(repository.path, "r.md"), "utf8");
  assert.match(report, /1 claim dropped: not about a changed line/);
  assert.ok(!report.includes("<img"));
});

const failing = (code: string) => (): never => {
  throw Object.assign(new Error("it broke"), { code });
};

test("a model that fails costs its part; a cancel ends the run", async () => {
  using repository = scratchRepository();
  repository.commit("one", { "a.ts": "let x = 1;\n" });
  const { model, summary } = await review({ repository: repository.path }, failing("model.output_invalid"));
  assert.deepEqual(model.notes, ["a.ts: no review, it broke"]);
  assert.match(summary, /no usable review: a\.ts/);
  await assert.rejects(review({ repository: repository.path }, failing("run.cancelled")), /it broke/);
  const odd = await review({ repository: repository.path }, () => ({ text: "prose", usage }));
  assert.match(odd.model.notes[0] ?? "", /form that was asked for/);
});

test("the riskiest files are asked about, without their secrets, and a cut is told", async () => {
  using repository = scratchRepository();
  const secret = ["AKIA", "ZQ3DR7XK5MPLW2TN"].join("");
  repository.commit("one", { "a.ts": "1\n", "safe.ts": "1\n", "long.ts": "x\n" });
  const long = Array.from({ length: 3_000 }, (_, index) => `call(${index});\n`).join("");
  repository.commit("two", { "a.ts": `key = "${secret}";\n`, "safe.ts": "2\n", "long.ts": long, "a.test.ts": "3\n" });
  const prompts: string[] = [];
  const { model } = await review({ repository: repository.path, last: 1, maxModelFiles: 2 }, ({ prompt }) => {
    prompts.push(prompt);
    return { text: "", usage, output: { findings: [] } };
  });
  assert.deepEqual(
    prompts.map((prompt) => /File: "(.*)"/.exec(prompt)?.[1]),
    ["long.ts", "a.ts"],
  );
  assert.ok(prompts.every((prompt) => !prompt.includes(secret) && prompt.length < 25_000));
  assert.match(model.notes[0] ?? "", /^long\.ts: too long for the model, left out the end of the first changed place/);
});

test("hot spots show their factors", async () => {
  using repository = scratchRepository();
  for (let turn = 0; turn < 4; turn += 1) {
    repository.commit(`turn ${turn}`, {
      "hot.ts": "x\n".repeat(1_000 + turn),
      "cold.ts": "x\n",
      ...(turn === 3 ? { "calm.ts": "y\n" } : {}),
    });
  }
  const { hotSpots } = await review({ repository: repository.path });
  assert.deepEqual(hotSpots, [
    { file: "hot.ts", line: 1, score: 40, churn: 4, sizeKilobytes: 2, changedLines: 1_003, isTestTouched: false },
  ]);
});

const manifest = (dependencies: object): string => JSON.stringify({ dependencies }, null, 1);

test("dependencies and lock files are held against each other", async () => {
  using repository = scratchRepository();
  repository.commit("one", {
    "package.json": manifest({ a: "1", b: "1", e: "3" }),
    "package-lock.json": "{}",
    "Cargo.lock": "1",
    "Cargo.toml": "",
  });
  repository.commit("two", { "package.json": manifest({ a: "2", c: "git+https://x/y", e: "2" }), "Cargo.lock": "2" });
  const { dependencies, findings, summary } = await review({ repository: repository.path, last: 1 });
  assert.deepEqual(
    dependencies.map(({ name, kind, before, after }) => [name, kind, before, after]),
    [
      ["a", "changed", "1", "2"],
      ["b", "removed", "1", null],
      ["c", "added", null, "git+https://x/y"],
      ["e", "changed", "3", "2"],
    ],
  );
  assert.deepEqual(
    findings.map(({ severity, file, line, title }) => `${severity} ${file}:${line} ${title}`),
    [
      "medium package.json:null dependencies changed, lock file not",
      "medium package.json:3 major version step",
      "medium package.json:4 dependency from outside a registry",
      "medium package.json:5 dependency downgrade",
      "low Cargo.lock:null lock file changed, manifest not",
    ],
  );
  assert.match(summary, /Dependencies: 1 major \(a\), 1 downgraded \(e\), 1 added \(c\), 1 removed \(b\)\./);
});

test("the summary has at most twelve lines, most severe first, and obeys no control character", async () => {
  using repository = scratchRepository();
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`f${index}\u001b.ts`, "debugger;\n// TODO x\n"]),
  );
  repository.commit("one", files);
  const { summary, findings } = await review({ repository: repository.path, output: join(repository.path, "r.md") });
  assert.ok(summary.split("\n").length <= 12);
  assert.ok(!summary.includes("\u001b"));
  assert.equal(findings.length, 60);
  assert.ok(findings.slice(0, 30).every(({ severity }) => severity === "high"));
});
