#!/usr/bin/env node
// `npm start`, `npm test` and their kin, on a fresh clone with any Node from 20 on: sets the clone up (bin/bootstrap.js),
// then runs one job in one child.
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { endLike, handOver, nodeFor, prepare, report, runChild } from "./bin/bootstrap.js";

const root = dirname(fileURLToPath(import.meta.url));
const tools = join(root, "node_modules", ".bin");

// A test that hangs must end as a failed test with a name, not as a job that somebody kills.
const testOptions = ["--test", "--test-reporter=spec", "--test-timeout=600000"];
const fastTests = [
  { name: "unit tests", files: ["test/unit/**/*.test.ts", "test/{architecture,error-catalogue}.test.ts"] },
  { name: "contract tests", files: ["test/contract/**/*.test.ts"] },
];

const checks = [
  { name: "format", tool: "oxfmt", args: ["--check", "."] },
  { name: "lint", tool: "oxlint", args: [] },
  { name: "types", tool: "tsc", args: ["-p", "tsconfig.json"] },
  { name: "types of the web UI", tool: "tsc", args: ["-p", "web/tsconfig.json"] },
  { name: "dead code", tool: "knip", args: [] },
];

const jobs = {
  test: (args) => (args.length > 0 ? someTests(args) : allTests()),
  check: () => sideBySide([checks.map(toTask), ...fastTests.map((tests) => [toFastTask(tests)])]),
  build: () => ({ code: 0, signal: null }), // prepared already
  format: (args) => tool("oxfmt", args),
  simulate: (args) => program("test/simulation/main.ts", args),
  chaos: (args) => program("test/chaos/main.ts", args),
  bench,
  schema: (args) => program("test/support/schema.ts", args),
};
// `test` builds as one of its tasks, so that a type error does not keep the tests from running.
const jobsThatNeedTheBuild = ["build", "chaos", "bench"];

async function main([word, ...args]) {
  if (word === undefined || !Object.hasOwn(jobs, word)) return mainJob(word === undefined ? [] : [word, ...args]);
  await prepare(root, { build: jobsThatNeedTheBuild.includes(word) });
  endLike(await jobs[word](args));
}

/**
 * A review of this repository; words and flags that follow are handed to the flow: `npm start -- --input range=HEAD~5..`.
 * On a terminal the web UI stays open behind it, with the run to look at.
 */
async function mainJob(args) {
  await prepare(root);
  const product = join(root, "dist", "cli", "main.js");
  const run = ["run", join(root, "examples", "code-review", "code-review.ts"), ...args];
  const isWatched = isatty(0) && isatty(1) && !process.env["CI"] && !args.includes("--json");
  if (!isWatched) return handOver(root, product, run);
  const ending = await node([product, ...run], { cwd: process.cwd() });
  // Who has stopped the run wants no more.
  if (ending.signal !== null || ending.code === 130) return endLike(ending);
  await handOver(root, product, ["up"]);
}

function allTests() {
  return inTurn([
    ...checks.map(toTask),
    { name: "build", run: () => node(["start.js", "build"]) },
    { name: "tests", run: () => node([...testOptions, "test/**/*.test.ts"]) },
  ]);
}

function someTests(args) {
  return node([...testOptions, ...args]);
}

// One process for a kind: they share nothing but the loaded code, and starting a process for each is most of the time.
function toFastTask({ name, files }) {
  return { name, run: (options) => node([...testOptions, "--test-isolation=none", ...files], options) };
}

function toTask({ name, tool: toolName, args }) {
  return { name, run: (options) => tool(toolName, args, options) };
}

/** Rows of tasks, each row in turn and the rows at the same time; what a task prints is shown when it has ended. */
async function sideBySide(rows) {
  const folder = mkdtempSync(join(tmpdir(), "tutti-check-"));
  try {
    const endings = await Promise.all(rows.map((tasks) => inTurn(tasks.map((task) => aside(task, folder)))));
    return endings.find(({ code, signal }) => signal !== null || code !== 0) ?? { code: 0, signal: null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function aside({ name, run }, folder) {
  const file = join(folder, name.replaceAll(" ", "-"));
  const runAside = async () => {
    const output = openSync(file, "w");
    const ending = await run({ stdio: ["ignore", output, output] });
    closeSync(output);
    process.stdout.write(`— ${name}\n${readFileSync(file, "utf8")}`);
    return ending;
  };
  return { name: `${name} …`, run: runAside };
}

/** All tasks run, so that one look shows everything; the first that ends by a signal ends the job. */
async function inTurn(tasks) {
  const failed = [];
  for (const { name, run } of tasks) {
    process.stderr.write(`— ${name}\n`);
    const ending = await run();
    if (ending.signal !== null) return ending;
    if (ending.code !== 0) failed.push(name);
  }
  if (failed.length > 0) process.stderr.write(`Failed: ${failed.join(", ")}\n`);
  return { code: failed.length > 0 ? 1 : 0, signal: null };
}

/** The peers that are measured beside us are packages of bench/ alone, so only this job installs them. */
async function bench(args) {
  if (args.length === 0) return program("bench/main.ts", args); // it only lists what there is
  await prepare(join(root, "bench"), { build: false });
  const types = await tool("tsc", ["-p", "bench/tsconfig.json"]);
  return types.code === 0 ? program("bench/main.ts", args) : types;
}

function node(args, options = {}) {
  return runChild(nodeFor(root), args, { cwd: root, ...options });
}

function tool(name, args, options = {}) {
  return runChild(join(tools, process.platform === "win32" ? `${name}.cmd` : name), args, {
    cwd: root,
    ...options,
    shell: process.platform === "win32",
    // The tools are started by `#!/usr/bin/env node`: they get the Node that everything else runs with.
    env: {
      ...process.env,
      PATH: `${dirname(nodeFor(root))}${process.platform === "win32" ? ";" : ":"}${process.env["PATH"]}`,
    },
  });
}

function program(file, args) {
  if (existsSync(join(root, file))) return node([file, ...args]);
  process.stderr.write(`${file} is not there, so there is no "${basename(dirname(file))}" to run.\n`);
  return { code: 1, signal: null };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  report(error);
}
