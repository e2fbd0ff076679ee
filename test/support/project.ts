import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describeOperations } from "../../src/app.ts";
import { homeToDescribe } from "../../src/cli/nowhere.ts";
import { TuttiError } from "../../src/core/error.ts";
import type { RunRecord } from "../../src/core/step.ts";
import type { WireError } from "../../src/sdk/wire.ts";
import { createClient } from "../../src/sdk/client.ts";
import { socketTransport } from "../../src/sdk/socket-transport.ts";
import { socketPath } from "../../src/server/socket.ts";
import { holderPid } from "../../src/storage/lock.ts";
import { Command, isAlive, until, type Ending } from "./command.ts";

const runFile = promisify(execFile);

export interface TuttiOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  readonly cwd?: string;
}

/**
 * A scratch folder with flows, and real `tutti` processes in it. Disposing ends every process and removes the folder.
 *
 *     await using project = new Project();
 *     project.flow("hello", `return step.run("greet", () => { mark("greeted"); return "hi"; });`);
 *     const { code } = await project.tutti("run", "hello");
 */
export class Project implements AsyncDisposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-e2e-")));
  readonly data: string;
  /** What its commands see of the environment. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #commands: Command[] = [];
  readonly #atEnd = new AsyncDisposableStack();

  constructor({ env = {} }: { env?: NodeJS.ProcessEnv } = {}) {
    this.environment = { ...plainEnvironment(), ...env };
    this.data = env["TUTTI_HOME"] ?? this.path(".tutti");
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  write(path: string, text: string): string {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /**
   * A flow whose body is `body`. In it, `mark(text)` writes a line outside of the database, `opened(name)` waits (in a
   * step) until `open(name)` was called, and `input` is the flow's input.
   */
  flow(name: string, body: string, options: { input?: string; more?: string } = {}): string {
    const { input = "z.any()", more = "" } = options;
    return this.write(
      `flows/${name}.ts`,
      `${this.#prelude()}
export default flow({
  name: "${name}", ${more}
  input: ${input},
  async run(step, input: any): Promise<any> {
${body}
  },
});
`,
    );
  }

  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** Bytes in a folder of the tenant's data. */
  sizeOf(name: string): number {
    const folder = join(this.data, "tenants", "default", name);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files.reduce((sum, { parentPath, name: file }) => sum + statSync(join(parentPath, file)).size, 0);
  }

  /** The mode of every file and folder (with a slash at its end) of the data folder, in octal. */
  modes(): Record<string, string> {
    const entries = readdirSync(this.data, { recursive: true, withFileTypes: true }).map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = `${relative(this.data, path)}${entry.isDirectory() ? "/" : ""}`;
      return [name, (statSync(path).mode & 0o777).toString(8)] as const;
    });
    return Object.fromEntries([["/", (statSync(this.data).mode & 0o777).toString(8)], ...entries]);
  }

  /** What git sees in the folder that is new, if the folder were a repository. */
  async gitStatus(): Promise<string> {
    const git = (words: readonly string[]): Promise<{ stdout: string }> => runFile("git", words, { cwd: this.folder });
    await git(["init", "--quiet"]);
    return (await git(["status", "--porcelain"])).stdout;
  }

  /** Looks into the tenant's SQLite database, which a host may have open. */
  select(sql: string): unknown[] {
    using database = new DatabaseSync(join(this.data, "tenants", "default", "orchestrator.db"), { readOnly: true });
    return database.prepare(sql).all();
  }

  /** What steps have marked, in order. */
  marks(): string[] {
    const file = this.path("marks");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  }

  async marked(text: string): Promise<void> {
    await until(`"${text}" is marked`, () => this.marks().includes(text));
  }

  open(gate: string): void {
    this.write(`gates/${gate}`, "");
  }

  start(words: readonly string[], { env = {}, stdin, cwd = this.folder }: TuttiOptions = {}): Command {
    const command = new Command(process.execPath, [main, ...words], {
      cwd,
      stdin,
      env: { ...this.environment, ...env },
    });
    this.#commands.push(command);
    return command;
  }

  /** Runs a command to its end. */
  async tutti(...words: readonly string[]): Promise<Ending> {
    return this.start(words).ended;
  }

  /** The same from a folder of the project. */
  async tuttiIn(folder: string, ...words: readonly string[]): Promise<Ending> {
    return this.start(words, { cwd: this.path(folder) }).ended;
  }

  /** The one JSON value that a command prints; it must end with 0. */
  async json<Result>(...words: readonly string[]): Promise<Result> {
    const ending = await this.tutti(...words, "--json");
    assert.equal(ending.code, 0, `tutti ${words.join(" ")}: ${ending.stdout}${ending.stderr}`);
    return jsonOf(ending) as Result;
  }

  /** Calls an operation of the folder's host, without a process of its own: for looking again and again. */
  async call<Result>(name: string, input: Readonly<Record<string, unknown>> = {}): Promise<Result> {
    const operations = describeOperations({ ...homeToDescribe(), environment: {} });
    return (await createClient(socketTransport(socketPath(this.data)), operations).call(name, input)) as Result;
  }

  /** The newest run, once it is in this state and a host answers. */
  async newestRun(status: RunRecord["status"]): Promise<RunRecord> {
    return until(`the newest run is ${status}`, async () => {
      const [newest] = await this.#ask<RunRecord[]>("run.list", { limit: 1 });
      return newest?.status === status ? this.call<RunRecord>("run.get", { id: newest.id }) : null;
    });
  }

  /** The process id that a program writes into a file of the folder. */
  async pidIn(path: string): Promise<number> {
    const pid = await until(`${path} holds a pid`, () => {
      // The file is there before what is written into it.
      const text = this.has(path) ? readFileSync(this.path(path), "utf8") : "";
      return /^\d+\s/.exec(text)?.[0];
    });
    return Number.parseInt(pid, 10);
  }

  /** The process that holds the data folder's lock or held it last. */
  get host(): number | null {
    const lock = join(this.data, "tutti.lock");
    return existsSync(lock) ? holderPid(lock) : null;
  }

  defer(end: () => void | Promise<void>): void {
    this.#atEnd.defer(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#commands.map((command) => command[Symbol.asyncDispose]()));
    await this.#endDetached();
    await this.#atEnd.disposeAsync();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Nothing while no host answers. */
  async #ask<Result extends unknown[]>(name: string, input: Readonly<Record<string, unknown>>): Promise<Result | []> {
    try {
      return await this.call<Result>(name, input);
    } catch (error) {
      if (error instanceof TuttiError && error.code === "host.unreachable") return [];
      throw error;
    }
  }

  /** `--detach` leaves a worker that is nobody's child. */
  async #endDetached(): Promise<void> {
    const { host } = this;
    if (host === null || !isAlive(host) || !isIn(host, this.folder)) return;
    process.kill(host, "SIGKILL");
    await until(`process ${host} is gone`, () => !isAlive(host));
  }

  #prelude(): string {
    return `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as later } from "node:timers/promises";
import { flow, z } from "tutti";
const mark = (text: string): void => appendFileSync(${JSON.stringify(this.path("marks"))}, text + "\\n");
const opened = async (gate: string): Promise<void> => {
  while (!existsSync(${JSON.stringify(this.path("gates"))} + "/" + gate)) await later(10);
};`;
  }
}

/** The one JSON value that stdout must be. */
export function jsonOf({ stdout, stderr }: Pick<Ending, "stdout" | "stderr">): unknown {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`stdout is not one JSON value:\n${stdout}\n--- stderr\n${stderr}`, { cause: error });
  }
}

/** The error that a command prints with `--json`. */
export function errorOf(ending: Pick<Ending, "stdout" | "stderr">): WireError {
  return (jsonOf(ending) as { error: WireError }).error;
}

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

// Hundreds of short commands: with their compiled code kept, each takes 0.4 s instead of 0.65 s.
const compileCache = fileURLToPath(new URL("../../node_modules/.cache/tutti-e2e", import.meta.url));

/** Without the settings of the tests' own surroundings, and without any model server. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TUTTI_|OLLAMA_|NODE_|npm_|CI$)/.test(name));
  return { ...Object.fromEntries(inherited), OLLAMA_HOST: "http://127.0.0.1:9", NODE_COMPILE_CACHE: compileCache };
}

function isIn(pid: number, folder: string): boolean {
  return process.platform === "linux" && realpathSync(`/proc/${pid}/cwd`) === folder;
}
