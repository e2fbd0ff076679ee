import type { Log } from "../core/log.ts";
import type { Statement } from "../core/statement.ts";
import type { AnyTool } from "../core/tool.ts";
import type { ChatModel, ChatOptions, OverflowPolicy } from "../models/chat-model.ts";

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
  readonly maxTurns?: number | undefined;
  readonly options?: ChatOptions | undefined;
  /** What to do with a conversation that no longer fits the model's context. Default: `fail`. */
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
  readonly tools: ReadonlyMap<string, AnyTool>;
  /** An agent of `agents/*.md` by name, sought from the run's folder upward; `agent.invalid` if there is none. */
  findAgent(name: string, folder: string): Promise<Agent>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}
