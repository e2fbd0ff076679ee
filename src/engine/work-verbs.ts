import { resolve } from "node:path";
import type { z } from "zod";
import { toMs, type Duration } from "../core/duration.ts";
import { TuttiError, toFailure, type Failure } from "../core/error.ts";
import type { AnyTool } from "../core/tool.ts";
import { traceEnvironment } from "../core/trace.ts";
import type { EffectContext, EffectOutcome, EffectSpec, VerbHost, Verbs } from "../core/verb.ts";
import { runAgent, type AgentRequest, type AgentResult } from "./agent/agent.ts";
import { missingTool, toolEffect } from "./tool-call.ts";
import type { Agent, WorkPorts } from "./work-ports.ts";
import type { ModelResult } from "./model/model-call.ts";
import { modelEffect, type ModelRequest } from "./model/model-step.ts";
import type { ScopeHost } from "./step.ts";

export interface ShellOptions {
  readonly stdin?: string;
  /** Relative to the folder that the run was started in, which is the default. */
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
  agent<Schema extends z.ZodType = z.ZodType<undefined>>(
    name: string,
    agent: Agent | string,
    request: AgentRequest<Schema>,
  ): Promise<AgentResult<z.infer<Schema>>>;
}

// What a program may print: it is stored in the journal and handed to the body as one text.
const maxOutputBytes = 128 * 1_024 * 1_024;

export function createWorkVerbs(ports: WorkPorts): Verbs {
  return {
    shell: (host) => (name: string, argv: readonly string[], options?: ShellOptions) =>
      promised(() => host.effect(shellEffect(ports, name, argv, options))),
    model: (host) => (name: string, request: ModelRequest<z.ZodType>) =>
      promised(async () => withoutGiven(await host.effect(modelEffect(ports, name, request)))),
    tool: (host) => (name: string, tool: string | AnyTool, values: unknown) =>
      promised(() => callTool(ports, host, { name, tool, values })),
    agent: (host) => (name: string, agent: Agent | string, request: AgentRequest<z.ZodType>) =>
      // The engine's own hosts can open scopes; capabilities are handed the same object by a narrower type.
      promised(() => runAgent(ports, host as VerbHost & ScopeHost, { name, agent, request })),
  };
}

/** What is stored for who looks at the run is no part of the answer. */
function withoutGiven(result: unknown): unknown {
  if (typeof result !== "object" || result === null || !("given" in result)) return result;
  const { given: _given, ...answer } = result;
  return answer;
}

/** A verb answers with a promise, also where its arguments are wrong: `step.model(…).catch(…)` must see that too. */
function promised(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new TypeError(String(error)));
  }
}

function shellEffect(
  ports: WorkPorts,
  name: string,
  argv: readonly string[],
  { stdin, cwd, env = {}, timeout, onInterrupted }: ShellOptions = {},
): EffectSpec {
  if (argv.length === 0) {
    throw new TuttiError("usage.invalid", `shell step "${name}" has no program to run`, {
      hint: 'Give argv as a list: ["git", "status"].',
    });
  }
  const timeoutMs = timeout === undefined ? undefined : toMs(timeout);
  return {
    kind: "shell",
    name,
    // The values of environment variables may be secrets; their names are enough to notice a change.
    input: { argv, cwd: cwd ?? null, env: Object.keys(env).toSorted(), ...(stdin === undefined ? {} : { stdin }) },
    ...(onInterrupted === undefined ? {} : { onInterrupted }),
    perform: (context) => performShell(ports, context, { argv, stdin, cwd, env, timeoutMs }),
  };
}

interface ShellCall {
  readonly argv: readonly string[];
  readonly stdin: string | undefined;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
}

async function performShell(ports: WorkPorts, context: EffectContext, call: ShellCall): Promise<EffectOutcome> {
  // However the program ends, its group has ended with it, so nothing of it may be left to be ended later.
  const writes = [ports.forgetProcess(context.run, context.key)];
  const tracked: Promise<number>[] = [];
  try {
    const { stdout, stderr, exitCode, ended } = await ports.runProcess({
      argv: call.argv,
      stdin: call.stdin,
      timeoutMs: call.timeoutMs,
      maxOutputBytes,
      signal: context.signal,
      cwd: resolve(context.folder, call.cwd ?? "."),
      env: {
        ...ports.environment,
        ...traceEnvironment(ports.tracer?.current() ?? null),
        ...call.env,
        TUTTI_RUN: context.run,
        TUTTI_STEP: context.key,
      },
      onStart: (pid) => void tracked.push(track(ports, context, pid)),
      onOutput: (stream, text) => context.live({ stream, text }),
    });
    if (ended) return { status: "failed", failure: cutOff(call, ended), writes };
    return { status: "succeeded", result: { stdout, stderr, exitCode }, writes };
  } catch (error) {
    const failure = toFailure(error, "step.failed");
    return { status: failure.code === "run.cancelled" ? "cancelled" : "failed", failure, writes };
  } finally {
    // Else the row could be written after it was to be forgotten.
    const pids = await Promise.all(tracked);
    // Nobody may want the outcome of an aborted step any more (it lost a race), and its writes go with it.
    if (context.signal.aborted) await untrack(ports, context, pids);
  }
}

/** A database that is away for a moment is no reason to fail a program that runs. */
async function track(ports: WorkPorts, { run, key }: EffectContext, pid: number): Promise<number> {
  try {
    await ports.trackProcess(run, key, pid);
  } catch (error) {
    ports.log.warn("process.not_tracked", { run, key, pid, error });
  }
  return pid;
}

async function untrack(ports: WorkPorts, { run, key }: EffectContext, pids: readonly number[]): Promise<void> {
  try {
    for (const pid of pids) await ports.untrackProcess(run, key, pid);
  } catch (error) {
    ports.log.warn("process.not_untracked", { run, key, error });
  }
}

function cutOff({ argv, timeoutMs }: ShellCall, ended: "timeout" | "output"): Failure {
  return ended === "timeout"
    ? { code: "engine.deadline", message: `${argv[0]} took longer than ${timeoutMs} ms and was ended` }
    : { code: "engine.too_large", message: `${argv[0]} printed more than ${maxOutputBytes} bytes and was ended` };
}

function callTool(
  ports: WorkPorts,
  host: VerbHost,
  { name, tool, values }: { name: string; tool: string | AnyTool; values: unknown },
): Promise<unknown> {
  const toolName = typeof tool === "string" ? tool : tool.name;
  const find = (): AnyTool => (typeof tool === "string" ? (ports.tools.get(tool) ?? unknownTool(ports, tool)) : tool);
  return host.effect(toolEffect(ports, { name, tool: toolName, find }, values));
}

function unknownTool({ tools }: WorkPorts, name: string): never {
  throw missingTool(name, tools);
}
