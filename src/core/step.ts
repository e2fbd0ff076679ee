import type { EpochMs } from "./clock.ts";
import type { Failure } from "./error.ts";
import type { RunId } from "./id.ts";

export const runStatuses = ["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"] as const;
export type RunStatus = (typeof runStatuses)[number];

export const stepStatuses = ["pending", "running", "waiting", "succeeded", "failed", "skipped", "cancelled"] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** What work cost. A figure that is not known is absent, never zero. */
export interface Usage {
  readonly calls: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Time spent in models, milliseconds. */
  readonly modelMs?: number;
  readonly models?: readonly string[];
}

/** Why a step did not run, and what to do about it. */
export interface Skipped {
  readonly reason: string;
  readonly hint: string;
}

export interface StepRecord {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly status: StepStatus;
  readonly attempts: number;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  readonly output: unknown;
  readonly error: Failure | null;
  readonly skipped: Skipped | null;
}

export interface RunRecord {
  readonly id: RunId;
  readonly flow: string;
  readonly status: RunStatus;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: Failure | null;
  readonly createdAt: EpochMs;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  readonly usage: Usage;
  readonly steps: readonly StepRecord[];
}

export function addUsage(left: Usage, right: Usage): Usage {
  const models = [...new Set([...(left.models ?? []), ...(right.models ?? [])])];
  return {
    calls: left.calls + right.calls,
    ...sum("inputTokens", left, right),
    ...sum("outputTokens", left, right),
    ...sum("modelMs", left, right),
    ...(models.length > 0 ? { models } : {}),
  };
}

function sum(key: "inputTokens" | "outputTokens" | "modelMs", left: Usage, right: Usage): Partial<Usage> {
  if (left[key] === undefined && right[key] === undefined) return {};
  return { [key]: (left[key] ?? 0) + (right[key] ?? 0) };
}

export const noUsage: Usage = { calls: 0 };
