import type { Clock } from "../core/clock.ts";
import type { WorkerId } from "../core/id.ts";
import type { Log } from "../core/log.ts";
import type { ChangedRun } from "./announcer.ts";
import type { ExecutionPorts } from "./held-run.ts";
import type { FlowSource } from "./flow.ts";

export interface WorkerPorts extends Omit<ExecutionPorts, "woken" | "left" | "open"> {
  readonly id: WorkerId;
  readonly flows: FlowSource;
  readonly clock: Clock;
  readonly log: Log;
  /** How many runs are worked on at once. */
  readonly concurrency: number;
  /** Ends a process group that a dead worker has left. */
  readonly endProcess: (pid: number, started: string) => Promise<void>;
  /** Tells the processes that share the database; not there where none do. */
  readonly elsewhere?: ((runs: readonly ChangedRun[]) => void) | undefined;
}
