import type { EpochMs } from "../../core/clock.ts";

/** What the readers of the engine want to know of other rooms; app.ts passes the implementations in. */
export interface ReadPorts {
  /** Reviews that steps of these runs have asked. */
  reviewsOf(runs: readonly string[]): Promise<readonly RunReview[]>;
  /** The model calls of one run, oldest first. */
  callsOf(run: string): Promise<readonly CallTime[]>;
  /** The number of the newest event: who has read a run can follow the log from here. */
  eventEnd(): Promise<number>;
}

export interface RunReview {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly title: string;
  readonly status: string;
}

/** One call of a model: when, how long which part of it took, and what it used. What is not known is null. */
export interface CallTime {
  /** The key of the step, and which of its executions; null for a call that no step has made. */
  readonly step: string | null;
  readonly attempt: number | null;
  readonly model: string;
  readonly beganAt: EpochMs;
  /** Null while it is open. */
  readonly endedAt: EpochMs | null;
  readonly queueMs: number | null;
  readonly loadMs: number | null;
  readonly promptMs: number | null;
  readonly input: number | null;
  readonly cached: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
  /** In millionths of the currency's unit. */
  readonly money: number | null;
  readonly currency: string | null;
  /** The figures above are a bound, not a count. */
  readonly isEstimated: boolean;
}

export const noReadPorts: ReadPorts = { reviewsOf: async () => [], callsOf: async () => [], eventEnd: async () => 0 };
