import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** How a command ended, and all it said. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Given on standard input; without it there is nothing to read. */
  readonly stdin?: string | undefined;
}

const longestCommandMs = 60_000;

/** A program that runs as the leader of a process group of its own, as a terminal starts it. */
export class Command implements AsyncDisposable {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #shown: string;
  readonly #said = { stdout: "", stderr: "" };
  #ending: Ending | null = null;

  constructor(program: string, words: readonly string[], { cwd, env, stdin }: CommandOptions) {
    this.#shown = words.join(" ");
    this.#child = spawn(program, words, { cwd, env, detached: true, stdio: "pipe" });
    this.#child.stdin?.on("error", () => undefined); // a command that ends without reading is a fine one
    this.#child.stdin?.end(stdin ?? "");
    for (const name of ["stdout", "stderr"] as const) {
      this.#child[name]?.setEncoding("utf8").on("data", (text: string) => (this.#said[name] += text));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Ending>();
    const deadline = setTimeout(() => this.#endLate(), longestCommandMs);
    this.#child.once("error", reject);
    this.#child.once("close", () => clearTimeout(deadline));
    this.#child.once("close", (code, signal) => {
      this.#ending = { code, signal, ...this.#said };
      resolve(this.#ending);
    });
    this.ended = promise;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdout(): string {
    return this.#said.stdout;
  }

  get stderr(): string {
    return this.#said.stderr;
  }

  get hasEnded(): boolean {
    return this.#ending !== null;
  }

  /** Waits until stdout or stderr has said it; an end without it is an error that shows what was said instead. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return until(`"${this.#shown}" says ${pattern}`, () => {
      const found = pattern.exec(this.stderr) ?? pattern.exec(this.stdout);
      if (found === null && this.hasEnded)
        throw new Error(`it ended without saying ${pattern}:\n${this.#transcript()}`);
      return found;
    });
  }

  /** To the whole group, as Ctrl-C in a terminal does. */
  interrupt(): void {
    this.#signalGroup("SIGINT");
  }

  /** To the program alone: what it has started must be ended by somebody else. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** `kill -9` of the program alone, and its end. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await until(`process ${this.pid} is gone`, () => this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.pid === undefined) return;
    this.#signalGroup("SIGKILL");
    await this.ended;
  }

  /** A command that hangs fails its test with what it has said, instead of holding all tests up. */
  #endLate(): void {
    this.#said.stderr += `\n(ended by the test after ${longestCommandMs} ms)\n`;
    this.#signalGroup("SIGKILL");
  }

  #signalGroup(name: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, name);
    } catch {
      // ESRCH: the whole group has ended.
    }
  }

  #transcript(): string {
    return `tutti ${this.#shown}\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`;
  }
}

const lookAgainMs = 15;

/** Waits for a condition; an error names it when it has not come true. */
export async function until<Result>(
  what: string,
  check: () => Result | Promise<Result>,
  { withinMs = 30_000 }: { withinMs?: number } = {},
): Promise<Exclude<Result, null | undefined | false>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const result = await check();
    if (result !== null && result !== undefined && result !== false) return result as never;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await delay(lookAgainMs);
  }
}

/** Whether a process runs; a zombie, which its parent has not looked after yet, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false; // there is no such process
  }
}
