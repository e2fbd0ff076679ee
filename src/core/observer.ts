import type { EpochMs } from "./clock.ts";
import type { Failure } from "./error.ts";
import type { RunId } from "./id.ts";
import type { RunStatus, StepStatus, Usage } from "./step.ts";

/** A run, for who watches the engine. */
export interface ObservedRun {
  readonly id: RunId;
  readonly flow: string;
  /** Where its first cause stands, as `traceparent`; null where nobody has told. */
  readonly trace: string | null;
  readonly parent: { readonly run: RunId; readonly key: string } | null;
  readonly trigger: string | null;
  readonly createdAt: EpochMs;
  readonly startedAt: EpochMs | null;
}

export interface ObservedStep {
  readonly key: string;
  readonly name: string;
  /** `run`, `model`, `tool`, `agent`, `sleep` …; `attempt` for one of several tries of a step. */
  readonly kind: string;
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

/**
 * Hears what the engine has stored, after its commit and once: not again in a replay. Must not throw; the engine stands
 * still for as long as it takes.
 */
export interface EngineObserver {
  /** A worker has taken the run up; `isResumed`: another, or an earlier life of this one, has worked on it before. */
  runTaken(
    run: ObservedRun,
    how: { readonly waitedMs: number; readonly isResumed: boolean; readonly at: EpochMs },
  ): void;
  stepsStored(run: ObservedRun, steps: readonly ObservedStep[]): void;
  runEnded(run: ObservedRun, end: ObservedEnd): void;
}

const ignore = (): void => undefined;
export const silentObserver: EngineObserver = { runTaken: ignore, stepsStored: ignore, runEnded: ignore };
