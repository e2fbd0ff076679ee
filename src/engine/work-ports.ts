import type { Log } from "../core/log.ts";
import type { Statement } from "../core/statement.ts";
import type { AnyTool } from "../core/tool.ts";
import type { Tracer } from "../core/trace.ts";
import type { Duration } from "../core/duration.ts";
import type { ChatModel, ChatOptions, OverflowPolicy } from "../models/chat-model.ts";
import type { ModelQuirks } from "./model/model-call.ts";

/** A named role. */
export interface Agent {
  readonly name: string;
  readonly description?: string | undefined;
  readonly instructions: string;
  readonly model?: string | undefined;
  /** Names of built-in tools (`"*"` for all of them), or tools of one's own; none unless given. */
  readonly tools?: readonly (string | AnyTool)[] | undefined;
  /** Names of tools that it does not get, whatever `tools` says. */
  readonly withoutTools?: readonly string[] | undefined;
  /** Agents that it may hand tasks to: each is offered to it as a tool. Names are of agent files. */
  readonly agents?: readonly (string | Agent)[] | undefined;
  /** Model turns; default 20. */
  readonly maxTurns?: number | undefined;
  /** Tokens in and out of all its turns, with those of agents that it handed tasks to. */
  readonly maxTotalTokens?: number | undefined;
  readonly maxToolCalls?: number | undefined;
  /** From its first turn on, with what humans take to decide. */
  readonly maxTime?: Duration | undefined;
  /** Agents below each other that it may start; default 3. */
  readonly maxDepth?: number | undefined;
  /** Turns in a row that bring nothing new: calls that were made before, with the results that they had; default 4. */
  readonly maxRepeats?: number | undefined;
  /** Characters of a tool's result that the model is told at once; default 65,536. */
  readonly maxResultSize?: number | undefined;
  readonly options?: ChatOptions | undefined;
  /** What to do with a conversation that does not fit; default: `fail`. */
  readonly onOverflow?: OverflowPolicy | undefined;
}

/** How a program is run; app.ts hands in the tools room's. */
export type RunProcess = (request: {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  stdin?: string | undefined;
  timeoutMs?: number | undefined;
  maxOutputBytes: number;
  signal: AbortSignal;
  onStart(pid: number): void;
  onOutput(stream: "stdout" | "stderr", text: string): void;
}) => Promise<
  { stdout: string; stderr: string; exitCode: number } & { truncated: boolean; ended?: "timeout" | "output" }
>;

export interface WorkPorts {
  readonly runProcess: RunProcess;
  /** Remembers a process group until its step has a row, so that the next worker can end it first. */
  trackProcess(run: string, key: string, pid: number): Promise<void>;
  forgetProcess(run: string, key: string): Statement;
  /** Forgets an ended process group at once, unless another worker has started the step anew. */
  untrackProcess(run: string, key: string, pid: number): Promise<void>;
  chatModel(name: string | undefined, signal: AbortSignal): Promise<ChatModel>;
  /** What a probe has found that the model (`provider/name`) does otherwise; none unless given. Must not throw. */
  quirksOf?(model: string): ModelQuirks | Promise<ModelQuirks>;
  readonly tools: ReadonlyMap<string, AnyTool>;
  /** An agent of `agents/*.md` by name, sought from the run's folder upward; `agent.invalid` if there is none. */
  findAgent(name: string, folder: string): Promise<Agent>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Programs that a step starts are told where they stand in its trace. */
  readonly tracer?: Pick<Tracer, "current">;
  readonly log: Log;
}
