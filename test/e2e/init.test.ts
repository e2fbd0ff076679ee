// `tutti init` as a newcomer meets it: real processes in empty folders, the real compiler, a real terminal.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";

const root = dirname(dirname(import.meta.dirname));
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const scratch = mkdtempSync(join(tmpdir(), "tutti-init-"));

describe("tutti init", { timeout: 180_000 }, () => {
  before(async () => {
    const { code, stderr } = await run([join(root, "start.js"), "build"], root);
    assert.equal(code, 0, stderr);
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  it("makes a folder in which the first flow runs, without git, without a model and without packages", async () => {
    const folder = emptyFolder();
    const { code, stdout, stderr } = await tutti(["init"], folder);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^wrote {4}flows\/hello\.ts$/m);
    assert.match(stderr, /Next:\n {2}tutti run hello --input name=Ada\n/);
    assert.equal(existsSync(join(folder, "node_modules")), false);
    const ran = await tutti(["run", "hello", "--input", "name=Ada", "--json"], folder);
    assert.equal(ran.code, 0, ran.stderr);
    const { status, output, steps } = JSON.parse(ran.stdout) as Ran;
    assert.deepEqual([status, output.summary], ["succeeded", "Hello, Ada."]);
    assert.deepEqual(
      steps.map((step) => step.status),
      ["succeeded", "skipped"],
    );
    assert.equal((await tutti(["run", "list", "--json"], folder)).code, 0);
  });

  it("changes nothing the second time, and says so", async () => {
    const folder = emptyFolder();
    await tutti(["init", "--yes"], folder);
    const earlier = snapshot(folder);
    const { code, stdout, stderr } = await tutti(["init", "--yes"], folder);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /nothing was changed/);
    assert.match(stdout, /^kept {5}flows\/hello\.ts$/m);
    assert.deepEqual(snapshot(folder), earlier);
    const { written, renewed, kept } = JSON.parse((await tutti(["init", "--json"], folder)).stdout) as Initialised;
    assert.deepEqual([written, renewed], [[], []]);
    assert.ok(kept.includes("tutti.yaml") && kept.includes("tsconfig.json"));
  });

  it("gives editors the schema that the program itself goes by", async () => {
    const folder = emptyFolder();
    await tutti(["init"], folder);
    const [first = ""] = readFileSync(join(folder, "tutti.yaml"), "utf8").split("\n");
    const path = /^# yaml-language-server: \$schema=(.+)$/.exec(first)?.[1];
    assert.ok(path, first);
    const schema: unknown = JSON.parse(readFileSync(join(folder, path), "utf8"));
    assert.deepEqual(schema, JSON.parse((await tutti(["config", "schema", "--json"], folder)).stdout));
  });

  it("makes a project of its own below another one", async () => {
    const outer = emptyFolder();
    await tutti(["init"], outer);
    const inner = join(outer, "inner");
    mkdirSync(inner);
    await tutti(["init"], inner);
    await tutti(["run", "hello"], inner);
    assert.equal((JSON.parse((await tutti(["run", "list", "--json"], outer)).stdout) as unknown[]).length, 0);
  });

  it("writes nothing where the database cannot be opened, and says why", async () => {
    const folder = emptyFolder();
    const database = { TUTTI_DATABASE: "postgres://nobody@127.0.0.1:1/none" };
    const { code, stderr } = await tutti(["init"], folder, database);
    assert.equal(code, 1);
    assert.match(stderr, /storage\.unavailable/);
    assert.deepEqual(readdirSync(folder), [".tutti"]);
  });

  describe("the editor's types", () => {
    it("are those of tutti and of zod, in a folder without packages", async () => {
      const folder = emptyFolder();
      await tutti(["init"], folder);
      await expectTypes(folder, "tsconfig.json");
    });

    it("take the flow of the README", async () => {
      const folder = emptyFolder();
      await tutti(["init"], folder);
      const [, flow = ""] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
      writeFileSync(join(folder, "flows", "changes.ts"), flow);
      const { code, stdout } = await run([compiler, "-p", "tsconfig.json"], folder);
      assert.equal(code, 0, stdout);
      // Without git its first step has nothing to say; the review stops it all the same.
      const ran = await tutti(["run", "changes", "--until-idle", "--json"], folder);
      assert.equal(ran.code, 7, ran.stderr);
    });

    it("are the same where the package's dependencies lie beside it, as npx and pnpm put them", async () => {
      const folder = emptyFolder();
      const main = join(packageWithNeighbours(), "dist", "cli", "main.js");
      const { code, stderr } = await run([main, "init"], folder);
      assert.equal(code, 0, stderr);
      await expectTypes(folder, "tsconfig.json");
    });

    it("lie beside the flows where the folder has a tsconfig.json of its own", async () => {
      const folder = emptyFolder();
      const own = '{ "compilerOptions": { "strict": false }, "include": ["src"] }';
      writeFileSync(join(folder, "tsconfig.json"), own);
      const { stdout, stderr } = await tutti(["init"], folder);
      assert.match(stdout, /^kept {5}tsconfig\.json$/m);
      assert.match(stderr, /Your own tsconfig\.json was kept/);
      assert.equal(readFileSync(join(folder, "tsconfig.json"), "utf8"), own);
      await expectTypes(folder, "flows/tsconfig.json");
      const again = JSON.parse((await tutti(["init", "--json"], folder)).stdout) as Initialised;
      assert.deepEqual(again.written, []);
    });
  });

  describe("on a terminal", { skip: hasScript() ? false : "no `script` to make a terminal with" }, () => {
    it("asks, and takes Enter for the default", async () => {
      const folder = emptyFolder();
      const { code, said } = await onTerminal(folder, "\n");
      assert.equal(code, 0, said);
      assert.match(said, /no model server answers/);
      assert.ok(existsSync(join(folder, "flows", "hello.ts")));
    });

    it("leaves the first flow out when it is not wanted", async () => {
      const folder = emptyFolder();
      assert.equal((await onTerminal(folder, "n\n")).code, 0);
      assert.equal(existsSync(join(folder, "flows")), false);
      assert.ok(existsSync(join(folder, "tutti.yaml")));
    });

    for (const [name, typed, expected] of [
      ["Ctrl-C", "\u0003", 130],
      ["the end of the input", "\u0004", 2],
    ] as const) {
      it(`leaves nothing behind after ${name}`, async () => {
        const folder = emptyFolder();
        const { code, said } = await onTerminal(folder, typed);
        assert.equal(code, expected, said);
        assert.match(said, /Nothing was written/);
        assert.deepEqual(readdirSync(folder), []);
      });
    }
  });
});

interface Ran {
  readonly status: string;
  readonly output: { readonly summary: string };
  readonly steps: readonly { readonly status: string }[];
}

interface Initialised {
  readonly written: readonly string[];
  readonly renewed: readonly string[];
  readonly kept: readonly string[];
}

/** Right flows pass, and each wrong line is found: with zod as `any`, or step as `any`, some would not be. */
async function expectTypes(folder: string, project: string): Promise<void> {
  const passed = await run([compiler, "-p", project], folder);
  assert.equal(passed.code, 0, passed.stdout);
  writeFileSync(join(folder, "flows", "wrong.ts"), wrongFlow);
  const failed = await run([compiler, "-p", project], folder);
  const found = [...failed.stdout.matchAll(/wrong\.ts\((\d+),/g)].map(([, line]) => Number(line));
  const wrong = wrongFlow.split("\n").flatMap((line, index) => (line.includes("// wrong") ? [index + 1] : []));
  assert.deepEqual(found, wrong, failed.stdout);
}

const wrongFlow = `import { flow, z } from "tutti";

const input = z.object({ name: z.string() });
export const parsed: { name: string } = input.parse({});
export const notText: { name: number } = input.parse({}); // wrong

export default flow({
  name: "wrong",
  input,
  async run(step, { name }) {
    const count: number = name; // wrong
    await step.run(42, () => count); // wrong
    const log = await step.shell("log", "git log"); // wrong
    const made = await step.run("make", () => ({ size: 1 }));
    const size: string = made.size; // wrong
    return { size, text: log.stdout.toUpperCase(), nothing: step.doesNotExist }; // wrong
  },
});
`;

function emptyFolder(): string {
  return mkdtempSync(join(scratch, "folder-"));
}

/** The package as `node_modules/tutti`, with what it depends on beside it. */
function packageWithNeighbours(): string {
  const neighbours = join(mkdtempSync(join(scratch, "neighbours-")), "node_modules");
  const folder = join(neighbours, "tutti");
  for (const part of ["dist", "docs", "package.json"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(neighbours, name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(neighbours, name));
  }
  return folder;
}

/** Every file that init writes, with the time of its last change. */
function snapshot(folder: string): string[] {
  const paths = globSync("{*,flows/*,.tutti/*}", { cwd: folder }).filter((path) => !/lock|tenants|socket/.test(path));
  return paths.toSorted().map((path) => `${path} ${lstatSync(join(folder, path)).mtimeMs}`);
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function tutti(words: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return run([join(root, "dist", "cli", "main.js"), ...words], cwd, environment);
}

function run(words: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd, env: { ...bare(), ...environment } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
}

/** No settings from outside, no CI, and a model server that is not there. */
function bare(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TUTTI_|NODE_|CI$|NO_COLOR$)/.test(name));
  return { ...Object.fromEntries(kept), OLLAMA_HOST: "127.0.0.1:1" };
}

function hasScript(): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, "script")));
}

/** Types on a terminal as soon as the question stands there. */
function onTerminal(cwd: string, typed: string): Promise<{ code: number | null; said: string }> {
  const command = `"${process.execPath}" "${join(root, "dist", "cli", "main.js")}" init`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd,
    env: bare(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  let isTyped = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (!isTyped && said.includes("[Y/n]")) isTyped = child.stdin.write(typed) || true;
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, said })));
}
