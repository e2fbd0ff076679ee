import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, fchmodSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { TuttiError } from "../../core/error.ts";
import { fromWireError } from "../../sdk/wire.ts";
import type { Invocation } from "../invocation.ts";
import { lastLines } from "./log-reader.ts";
import { exitedSilently, isTold } from "./report.ts";

export interface DetachedStart {
  /** The command line of the process to start. */
  readonly words: readonly string[];
  /** Gets what it writes on its standard output and error. */
  readonly log: string;
}

const shownLines = 5;

/** Starts a process of its own session and waits until it says that it is ready; null where the caller left before. */
export async function startDetached({ words, log }: DetachedStart, invocation: Invocation): Promise<string | null> {
  using interrupt = invocation.interrupt.hold();
  const child = begin(words, log);
  const exited = new Promise<{ code: number | null }>((resolve) => child.once("exit", (code) => resolve({ code })));
  const outcome = await Promise.race([
    listen(child, invocation),
    interrupt.happened.then((): { left: true } => ({ left: true })),
  ]);
  if (outcome !== null && "left" in outcome) {
    child.kill("SIGTERM");
    return null;
  }
  if (outcome === null) throw exitedSilently((await exited).code, lastLines(log, shownLines));
  child.unref();
  return outcome.ready;
}

function begin(words: readonly string[], log: string): ChildProcess {
  const output = openLog(log);
  try {
    const program = [...process.execArgv, process.argv[1] ?? "", ...words];
    return spawn(process.execPath, program, { detached: true, stdio: ["ignore", output, output, "pipe"] });
  } finally {
    closeSync(output);
  }
}

function openLog(path: string): number {
  try {
    const file = openSync(path, "a", 0o600);
    fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    throw new TuttiError("storage.unavailable", `the log ${path} cannot be written`, {
      cause: error,
      hint: "Look at the owner and mode of the file and its folder.",
      where: path,
    });
  }
}

/** Null where the process ended its report without a word about how it went. */
async function listen(child: ChildProcess, { output }: Invocation): Promise<{ readonly ready: string } | null> {
  const lines = createInterface({ input: child.stdio[3] as Readable });
  for await (const line of lines) {
    const told: unknown = JSON.parse(line);
    if (!isTold(told)) continue;
    if ("error" in told) throw fromWireError(told.error);
    if ("ready" in told) return told;
    output.say(
      `Process ${told.waits ?? "unknown"} hosts this folder for a command of its own; the daemon takes over when that ends. Ctrl-C gives it up.`,
    );
  }
  return null;
}
