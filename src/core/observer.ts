import type { EpochMs } from "./clock.ts";
import type { Failure } from "./error.ts";
import type { RunId } from "./id.ts";
import type { RunStatus, StepStatus, Usage } from "./step.ts";

/** A run, for who watches the engine. */
export interface ObservedRun {
  readonly id: RunId;
  readonly flow: string;
  /** Where its first cause stands, as `toTraceText` gives it; null where nobody has told. */
  readonly trace: string | null;
  /** The run that this one was forked from or tries again, and that one's `trace`. */
  readonly origin: { readonly run: string; readonly trace: string | null } | null;
  readonly parent: { readonly run: RunId; readonly key: string } | null;
  readonly trigger: string | null;
  readonly createdAt: EpochMs;
  readonly startedAt: EpochMs | null;
}

export interface ObservedStep {
  /** Its place in the run, as step-key.ts reads it. */
  readonly key: string;
  readonly name: string;
  /** `run`, `model`, `tool`, `agent`, `sleep` …; `attempt` for one of several tries of a step. */
  readonly kind: string;
  /** What it was told to use: the agent, the tool, the flow, the model, the event; null where it was told none. */
  readonly target: string | null;
  readonly status: StepStatus;
  readonly attempts: number;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs;
  readonly usage: Usage | null;
  readonly failure: Failure | null;
}

export interface ObservedEnd {
  readonly status: Extract<RunStatus, "succeeded" | "failed" | "cancelled">;
  readonly finishedAt: EpochMs;
  readonly usage: Usage;
  readonly failure: Failure | null;
}

export interface ObservedTake {
  /** How long the run has stood in line, as far as the worker knows: of one that was waiting, since its wake. */
  readonly waitedMs: number;
  /** Another worker, or an earlier life of this one, has worked on it before. */
  readonly isResumed: boolean;
  readonly at: EpochMs;
  /** What its earlier lives have stored that the run still goes by: not what lies in a scope that has ended. */
  readonly stored: readonly ObservedStep[];
  /** Its last worker has died, and may have told nobody of what it had stored: here is all of it. Null otherwise. */
  readonly untold: readonly ObservedStep[] | null;
}

/**
 * Hears what the engine has stored, after its commit and once: not again in a replay. Must not throw; the engine stands
 * still for as long as it takes.
 */
export interface EngineObserver {
  /** Waited for before a run is taken up: what takes time once must not take it from a step. Must not reject. */
  ready?(): Promise<void>;
  /** A worker has taken the run up. */
  runTaken(run: ObservedRun, how: ObservedTake): void;
  stepsStored(run: ObservedRun, steps: readonly ObservedStep[]): void;
  runEnded(run: ObservedRun, end: ObservedEnd): void;
}

const ignore = (): void => undefined;
export const silentObserver: EngineObserver = { runTaken: ignore, stepsStored: ignore, runEnded: ignore };
