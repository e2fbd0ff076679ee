import type { z } from "zod";
import { toMs, type Duration } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import type { AnyTool } from "../core/tool.ts";
import type { EffectContext, EffectOutcome, VerbHost, Verbs } from "../core/verb.ts";
import { runAgent, type Agent, type AgentResult } from "./agent.ts";
import { missingTool, performTool } from "./tool-call.ts";
import type { WorkPorts } from "./work-ports.ts";
import { modelEffect, type ModelRequest, type ModelResult } from "./model-step.ts";
import type { ScopeHost } from "./step.ts";

export interface ShellOptions {
  readonly stdin?: string;
  /** Default: the project's folder. */
  readonly cwd?: string;
  /** Added to the environment of the host. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: Duration;
  readonly onInterrupted?: "repeat" | "ask" | "fail";
}

export interface ShellResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Not 0 is a result, not a failure; 128 and the signal's number for a program that a signal ended. */
  readonly exitCode: number;
}

/** The verbs that do work outside of the journal. */
export interface WorkVerbs {
  /** Runs a program, without a shell. A program that cannot start, or is cut off by its timeout, fails the step. */
  shell(name: string, argv: readonly string[], options?: ShellOptions): Promise<ShellResult>;
  model<Schema extends z.ZodType = z.ZodType<undefined>>(
    name: string,
    request: ModelRequest<Schema>,
  ): Promise<ModelResult<z.infer<Schema>>>;
  tool(name: string, tool: string | AnyTool, values: unknown): Promise<unknown>;
  agent(name: string, agent: Agent | string, request: { prompt: string }): Promise<AgentResult>;
}

// What a program may print: it is stored in the journal and handed to the body as one text.
const maxOutputBytes = 128 * 1_024 * 1_024;

export function createWorkVerbs(ports: WorkPorts): Verbs {
  return {
    shell:
      (host) =>
      (name: string, argv: readonly string[], options: ShellOptions = {}) =>
        shell(ports, host, { name, argv, options }),
    model: (host) => (name: string, request: ModelRequest<z.ZodType>) => host.effect(modelEffect(ports, name, request)),
    tool: (host) => (name: string, tool: string | AnyTool, values: unknown) =>
      callTool(ports, host, { name, tool, values }),
    agent: (host) => (name: string, agent: Agent | string, request: { prompt: string }) =>
      // The engine's own hosts can open scopes; capabilities are handed the same object by a narrower type.
      runAgent(ports, host as VerbHost & ScopeHost, { name, agent, prompt: request.prompt }),
  };
}

function shell(
  ports: WorkPorts,
  host: VerbHost,
  { name, argv, options }: { name: string; argv: readonly string[]; options: ShellOptions },
): Promise<unknown> {
  const { stdin, cwd, env = {}, timeout, onInterrupted } = options;
  if (argv.length === 0) {
    return Promise.reject(
      new TuttiError("usage.invalid", `shell step "${name}" has no program to run`, {
        hint: 'Give argv as a list: ["git", "status"].',
      }),
    );
  }
  return host.effect({
    kind: "shell",
    name,
    // The values of environment variables may be secrets; their names are enough to notice a change.
    input: { argv, cwd: cwd ?? null, env: Object.keys(env).toSorted(), ...(stdin === undefined ? {} : { stdin }) },
    ...(onInterrupted === undefined ? {} : { onInterrupted }),
    perform: (context) =>
      performShell(ports, context, {
        argv,
        stdin,
        cwd,
        env,
        timeoutMs: timeout === undefined ? undefined : toMs(timeout),
      }),
  });
}

interface ShellCall {
  readonly argv: readonly string[];
  readonly stdin: string | undefined;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
}

async function performShell(ports: WorkPorts, context: EffectContext, call: ShellCall): Promise<EffectOutcome> {
  let tracked: Promise<void> = Promise.resolve();
  const { stdout, stderr, exitCode, ended } = await ports.runProcess({
    argv: call.argv,
    stdin: call.stdin,
    timeoutMs: call.timeoutMs,
    maxOutputBytes,
    signal: context.signal,
    cwd: call.cwd ?? ports.workspace,
    env: { ...ports.environment, ...call.env, TUTTI_RUN: context.run, TUTTI_STEP: context.key },
    onStart: (pid) => {
      tracked = ports.trackProcess(context.run, context.key, pid);
      tracked.catch((error: unknown) =>
        ports.log.warn("process.not_tracked", { run: context.run, key: context.key, error }),
      );
    },
    onOutput: (stream, text) => context.live({ stream, text }),
  });
  await tracked;
  const writes = [ports.forgetProcess(context.run, context.key)];
  if (!ended) return { status: "succeeded", result: { stdout, stderr, exitCode }, writes };
  const message =
    ended === "timeout"
      ? `${call.argv[0]} took longer than ${call.timeoutMs} ms and was ended`
      : `${call.argv[0]} printed more than ${maxOutputBytes} bytes and was ended`;
  return {
    status: "failed",
    failure: { code: ended === "timeout" ? "engine.deadline" : "engine.too_large", message },
    writes,
  };
}

function callTool(
  ports: WorkPorts,
  host: VerbHost,
  { name, tool, values }: { name: string; tool: string | AnyTool; values: unknown },
): Promise<unknown> {
  const toolName = typeof tool === "string" ? tool : tool.name;
  return host.effect({
    kind: "tool",
    name,
    input: { tool: toolName, arguments: values ?? null },
    perform: async (context) => {
      const found = typeof tool === "string" ? ports.tools.get(tool) : tool;
      if (!found) throw missingTool(toolName, ports.tools);
      return { status: "succeeded", result: await performTool(ports, context, found, values) };
    },
  });
}
