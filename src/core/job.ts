import type { Duration } from "./duration.ts";

/** Background work that the host runs, one at a time by name. A failure is logged and the next turn comes as planned. */
export interface Job {
  readonly name: string;
  readonly every: Duration;
  /** Also before a host looks for work, and then perhaps by several at once: it may find some that nobody has taken up. */
  readonly atStart?: boolean;
  run(signal: AbortSignal): Promise<void>;
}
