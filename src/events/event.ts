import type { EpochMs } from "../core/clock.ts";

/** A fact that happened, in the field names of CloudEvents 1.0; `sequence` grows in the order of storing. */
export interface TuttiEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly sequence: number;
  readonly data: unknown;
}

export interface NewEvent {
  /** `tutti.run.finished` and the like, or a flow's own name. */
  readonly type: string;
  /** What it is about: a run's id, a review's id. */
  readonly subject: string;
  readonly at: EpochMs;
  readonly data?: unknown;
}
