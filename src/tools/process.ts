import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { statSync } from "node:fs";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { TuttiError } from "../core/error.ts";
import { createOutputBuffer } from "./output-buffer.ts";
import { graceMs, isGroupAlive, isGroupGone, signalGroup } from "./process-group.ts";

export interface ProcessRequest {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing of this process's own is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** For stdout and stderr each. A program that prints more is ended. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** The pid is also the id of the process group. */
  onStart?(pid: number): void;
  onOutput?(stream: "stdout" | "stderr", text: string): void;
}

export interface ProcessResult {
  readonly stdout: string;
  readonly stderr: string;
  /** As a shell says it: 128 and the signal's number for a program that a signal ended. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
  /** True when stdout or stderr was longer than `maxOutputBytes`. */
  readonly truncated: boolean;
  /** Why the program was ended, if it did not end by itself. */
  readonly ended?: "timeout" | "output";
}

/**
 * Runs a program without a shell, in a process group of its own, and ends the whole group when the time is up, when it
 * prints too much, or on abort (then it throws the signal's reason). Nothing that the program started is left behind.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  request.signal?.throwIfAborted();
  const child = await start(request);
  const group = child.pid ?? 0;
  const stopping = createStop(group);
  const output = collect(child, request, () => void stopping.stop("output"));
  const onAbort = (): void => void stopping.stop("abort");
  request.signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(
    () => void stopping.stop("timeout"),
    Math.min(request.timeoutMs ?? longestTimerMs, longestTimerMs),
  );
  try {
    request.onStart?.(group);
    if (request.signal?.aborted) onAbort();
    const { code, signal } = await exited(child, stopping);
    if (stopping.reason === "abort") request.signal?.throwIfAborted();
    const ended = stopping.reason === "timeout" || stopping.reason === "output" ? stopping.reason : undefined;
    return {
      stdout: output.stdout.text(),
      stderr: output.stderr.text(),
      exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0),
      ...(signal ? { signal } : {}),
      truncated: output.stdout.isFull || output.stderr.isFull,
      ...(ended ? { ended } : {}),
    };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", onAbort);
    // Also when onStart throws: whatever was started is ended before anybody hears of it.
    if (isGroupAlive(group)) await stopping.stop("leftover");
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const longestTimerMs = 2_147_483_647;
// For what a program's children still write after it ended, such as `tee` behind a shell.
const lastOutputMs = 500;

async function start({ argv, cwd, env, stdin }: ProcessRequest): Promise<Child> {
  const [program = "", ...rest] = argv;
  if (program === "")
    throw new TuttiError("tool.input_invalid", "the command is empty", { hint: 'Write it as a list: ["git", "log"].' });
  const bad = argv.findIndex((text) => text.includes("\0"));
  if (bad >= 0) throw new TuttiError("tool.input_invalid", `argument ${bad} of ${program} holds a NUL character`);
  // Node's own complaint would hold the value, which may be a secret.
  const wrong = Object.entries(env).find((entry) => entry.some((text) => text?.includes("\0")));
  if (wrong) throw new TuttiError("tool.input_invalid", `the environment variable ${wrong[0]} holds a NUL character`);
  const child = spawnGroup(program, rest, { cwd, env });
  const { promise, resolve, reject } = Promise.withResolvers<Child>();
  child.once("spawn", () => resolve(child));
  child.once("error", (error) => reject(cannotStart(error, program, cwd)));
  await promise;
  child.on("error", () => undefined); // a failed kill; the wait for the group's end tells what matters
  child.stdin.on("error", () => undefined); // EPIPE: a program need not read what it is given
  child.stdin.end(stdin ?? "");
  return child;
}

function spawnGroup(
  program: string,
  rest: readonly string[],
  { cwd, env }: Pick<ProcessRequest, "cwd" | "env">,
): Child {
  try {
    return spawn(program, rest, {
      cwd,
      env: { ...env },
      detached: true,
      shell: false,
      stdio: ["pipe", "pipe", "pipe"],
    });
  } catch (error) {
    // Some failures, such as arguments that are too long, come at once and not as an event.
    throw error instanceof Error ? cannotStart(error, program, cwd) : error;
  }
}

function cannotStart(error: Error, program: string, cwd: string): TuttiError {
  const code = "code" in error && typeof error.code === "string" ? error.code : "unknown";
  const folder = statSync(cwd, { throwIfNoEntry: false });
  if (!folder?.isDirectory()) {
    return new TuttiError("tool.failed", `${program} cannot be started: the folder ${cwd} does not exist`, {
      cause: error,
    });
  }
  const [problem, hint] = startProblems[code] ?? [error.message, "Check the program by hand."];
  return new TuttiError("tool.failed", `${program} cannot be started: ${problem} (${code})`, { cause: error, hint });
}

const startProblems: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: [
    "there is no such program",
    'Install it, or check its spelling and PATH. Pipes and built-ins of a shell need ["sh", "-c", …].',
  ],
  EACCES: ["it may not be executed", "Make it executable with `chmod +x`, or name the interpreter first."],
  E2BIG: ["its arguments are too long", "Hand the data over on stdin."],
  ENOEXEC: ["it is not a program for this machine", "Name the interpreter first."],
};

type Streams = Readonly<Record<"stdout" | "stderr", ReturnType<typeof createOutputBuffer>>>;

function collect(child: Child, request: ProcessRequest, onFull: () => void): Streams {
  const watch = (name: "stdout" | "stderr"): ReturnType<typeof createOutputBuffer> => {
    const buffer = createOutputBuffer(request.maxOutputBytes);
    const decoder = new TextDecoder();
    child[name].on("data", (bytes: Uint8Array) => {
      if (!buffer.isFull) request.onOutput?.(name, decoder.decode(bytes, { stream: true }));
      buffer.add(bytes);
      if (buffer.isFull) onFull();
    });
    return buffer;
  };
  return { stdout: watch("stdout"), stderr: watch("stderr") };
}

type StopReason = "abort" | "timeout" | "output" | "leftover";

interface Stop {
  /** The first reason given. */
  readonly reason: StopReason | undefined;
  /** Ends the group; called again, waits for the same end. */
  stop(reason: StopReason): Promise<void>;
}

function createStop(group: number): Stop {
  let reason: StopReason | undefined;
  let ending: Promise<void> | undefined;
  return {
    get reason() {
      return reason;
    },
    stop(because) {
      reason ??= because;
      ending ??= endGroup(group);
      return ending;
    },
  };
}

async function endGroup(group: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  if (await isGroupGone(group, graceMs)) return;
  signalGroup(group, "SIGKILL");
  await isGroupGone(group, graceMs);
}

/** Waits for the program's end and its last output; children that hold the pipes open after that are ended. */
async function exited(child: Child, stopping: Stop): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const isClosed = await Promise.race([closed.then(() => true), later(lastOutputMs).then(() => false)]);
  if (!isClosed) {
    await stopping.stop("leftover");
    // A child that made itself a session of its own may hold the pipe for ever.
    await Promise.race([closed, later(lastOutputMs)]);
  }
  return end;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
