import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { VerbHost, WaitKind } from "../core/verb.ts";
import type { LiveEvents } from "../events/live.ts";
import type { EffectRunner } from "./effect.ts";
import type { Execution } from "./execution.ts";
import type { AnyFlow } from "./flow.ts";
import type { JournalPorts, WriteAnswer } from "./journal-writer.ts";
import type { JournalRow, OpeningRow, RunRow, RunStore } from "./run-store.ts";
import type { Scope } from "./scope.ts";

export interface ExecutionPorts extends JournalPorts {
  readonly clock: Clock;
  readonly store: RunStore;
  readonly effects: EffectRunner;
  readonly live: LiveEvents;
  readonly log: Log;
  /** A full drain of the event loop: everything that can go on without a step has gone on after it. */
  readonly turn: () => Promise<void>;
  /** What capabilities do for their waits, by kind. */
  readonly waits: ReadonlyMap<string, WaitKind>;
  /** How long steps may take to end after a cancel, milliseconds. */
  readonly graceMs: number;
  /** A body whose next wake is further away than this leaves memory, milliseconds. */
  readonly parkAfterMs: number;
  /** Store an opening, fenced, before every effect: a worker that has lost a run unknowingly starts nothing any more. */
  readonly fencedStarts: boolean;
  /** Starts what the body has called and nothing is stored for. */
  readonly open: (execution: Execution) => Promise<WriteAnswer>;
  /** Makes the `step` of a scope. */
  stepFor(execution: Execution, scope: Scope): never;
  /** Opens the wait for a child run, which is made in the same transaction. */
  readonly startChild: (host: VerbHost, name: string, flow: AnyFlow | string, input: unknown) => Promise<unknown>;
  /** Told once, when the body is no longer in memory. */
  left(execution: Execution, how: Departure): void;
}

export type Departure = "ended" | "parked" | "paused" | "handed back" | "lost";

export interface LoadedRun {
  readonly run: RunRow;
  readonly rows: readonly JournalRow[];
  /** The sequence number of the last row, which `rows` may have left out. */
  readonly seq: number;
  readonly openings: readonly OpeningRow[];
  readonly input: unknown;
  readonly flow: AnyFlow;
  /** Results of the run that this one was forked from, by key: used where the key and the input are the same. */
  readonly cache: ReadonlyMap<string, JournalRow>;
}
