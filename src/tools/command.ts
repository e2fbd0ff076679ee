import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import { formatMs, toMs } from "../core/duration.ts";
import type { Tool } from "../core/tool.ts";
import { traceEnvironment, type Tracer } from "../core/trace.ts";
import type { ToolLimits } from "./limits.ts";
import { headAndTail } from "./output-buffer.ts";
import { runProcess } from "./process.ts";
import type { ProcessResult } from "./process.ts";
import { locate } from "./workspace.ts";

const input = z.strictObject({
  argv: z
    .array(z.string())
    .min(1)
    .describe('The program and its arguments, such as ["git", "status"]. No shell takes part.'),
  cwd: z
    .string()
    .min(1)
    .optional()
    .describe("The folder to run in, relative to the workspace. Default: the workspace."),
  stdin: z.string().optional().describe("What the program reads on its standard input."),
  timeoutMs: z.int().min(1).optional().describe("Ends the program after this many milliseconds."),
});

export type Environment = Readonly<Record<string, string | undefined>>;

export interface RunCommandPorts {
  readonly limits: ToolLimits;
  readonly environment: Environment;
  readonly tracer: Pick<Tracer, "current">;
}

export function createRunCommand({ limits, environment, tracer }: RunCommandPorts): Tool<z.infer<typeof input>> {
  const env = minimalEnvironment(environment, limits.environment);
  return {
    name: "run_command",
    description:
      "Runs a program in the workspace and returns its exit code and output. It is ended when its time is up.",
    input,
    effect: "write",
    async call({ argv, cwd = ".", stdin, timeoutMs = toMs(limits.commandTimeout) }, { workspace, signal }) {
      const longestMs = toMs(limits.maxCommandTimeout);
      if (timeoutMs > longestMs) {
        throw new TuttiError("tool.denied", `a command may run ${formatMs(longestMs)}, not ${formatMs(timeoutMs)}`, {
          hint: "Ask for less, or raise tools.maxCommandTimeout in tutti.yaml.",
        });
      }
      const place = await locate(workspace, cwd, "read");
      const result = await runProcess({
        argv,
        cwd: place.path,
        env: { ...env, ...traceEnvironment(tracer.current()) },
        stdin,
        timeoutMs,
        signal,
        maxOutputBytes: limits.maxOutputBytes,
      });
      return present(result, { maxBytes: limits.maxResultBytes, timeoutMs });
    },
  };
}

// What programs need to find themselves, their caches and the user's language. Everything else, tokens above all, stays here.
const passedOn = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "TMP",
  "TEMP",
  "SystemRoot",
];

/** The environment of programs that models start: a few known names and those that the configuration adds. */
export function minimalEnvironment(environment: Environment, more: readonly string[] = []): Record<string, string> {
  const names = new Set([...passedOn, ...more]);
  const result: Record<string, string> = { TERM: "dumb" };
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (names.has(name) || name.startsWith("LC_"))) result[name] = value;
  }
  return result;
}

function present(
  result: ProcessResult,
  { maxBytes, timeoutMs }: { maxBytes: number; timeoutMs: number },
): Record<string, unknown> {
  const stdout = headAndTail(result.stdout, maxBytes);
  const stderr = headAndTail(result.stderr, maxBytes);
  const notes: string[] = [];
  if (result.ended === "timeout") notes.push(`ended after ${formatMs(timeoutMs)}`);
  if (result.ended === "output") notes.push("ended because it printed too much");
  if (stdout.isCut || stderr.isCut || result.truncated) notes.push("the output is not whole");
  return {
    exitCode: result.exitCode,
    stdout: stdout.text,
    stderr: stderr.text,
    ...(result.signal ? { signal: result.signal } : {}),
    ...(notes.length ? { note: notes.join("; ") } : {}),
  };
}
