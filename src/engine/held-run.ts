import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Failure } from "../core/error.ts";
import type { EffectOutcome, EffectSpec, VerbHost, WaitKind } from "../core/verb.ts";
import type { LiveEvents } from "../events/live.ts";
import type { AnyFlow } from "./flow.ts";
import type { Finished, JournalPorts, JournalWriter, WriteAnswer, WrittenRun } from "./journal-writer.ts";
import type { RunStore } from "./run-store.ts";
import type { JournalRow, OpeningRow, RunRow } from "./run-table.ts";
import type { Scope, VerbCall } from "./scope.ts";

export interface ExecutionPorts extends JournalPorts {
  readonly clock: Clock;
  readonly store: RunStore;
  readonly effects: EffectRunner;
  readonly live: LiveEvents;
  readonly log: Log;
  /** This process's own folder. */
  readonly folder: string;
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
  readonly open: (execution: HeldRun) => Promise<WriteAnswer>;
  /** Makes the `step` of a scope. */
  stepFor(execution: HeldRun, scope: Scope): never;
  /** Opens the wait for a child run, which is made in the same transaction. */
  readonly startChild: (host: VerbHost, name: string, flow: AnyFlow | string, input: unknown) => Promise<unknown>;
  /** Told once, when the body is no longer in memory. */
  left(execution: HeldRun, how: Departure): void;
}

export type Departure = "ended" | "parked" | "paused" | "handed back" | "lost";

export interface LoadedRun extends WrittenRun {
  /** What replay needs; rows of stored scopes are left out. */
  readonly rows: readonly JournalRow[];
  readonly openings: readonly OpeningRow[];
  readonly input: unknown;
  readonly flow: AnyFlow;
  /** Results of the run that this one was forked from, by key: used where the key and the input are the same. */
  readonly cache: ReadonlyMap<string, JournalRow>;
  /** Where the run was started, or this process's folder where that is not there. */
  readonly folder: string;
}

/** Runs a step's real execution through the effect ring. */
export interface EffectRunner {
  start(run: HeldRun, call: VerbCall, spec: EffectSpec): void;
}

/** What the parts of the engine that work on a run in memory see of it; execution.ts is the run itself. */
export interface HeldRun {
  readonly run: RunRow;
  readonly flow: AnyFlow;
  readonly ports: ExecutionPorts;
  readonly writer: JournalWriter;
  readonly folder: string;
  /** The scope of the body. */
  readonly root: Scope;
  readonly cancellation: CancelControl;
  /** Verbs that were called and whose results have not been handed out, by key. */
  readonly calls: Map<string, VerbCall>;
  /** Waits of an earlier life that are open in the database, and steps that must not repeat. */
  readonly openings: Map<string, OpeningRow>;
  /** Results of the run that this one was forked from. */
  readonly cache: ReadonlyMap<string, JournalRow>;
  /** Outcomes on their way into the journal. */
  readonly finished: Finished[];
  /** Calls that nothing has been started for. */
  readonly held: VerbCall[];
  readonly startedChild: boolean;
  /** When the last result was handed out. */
  readonly now: number;
  /** True while stored results are still to be handed out, or stored waits to be asked for again. */
  readonly isReplaying: boolean;
  isStored(key: string): boolean;
  call(call: VerbCall): Promise<unknown>;
  scopeEnded(call: VerbCall, outcome: EffectOutcome): void;
  effectEnded(call: VerbCall, outcome: EffectOutcome): void;
  withdraw(call: VerbCall): void;
  /** Something has changed: the pump looks again. */
  poke(options?: { inbox?: boolean }): void;
  fault(failure: Failure): void;
  misplaced(failure: Failure): void;
}

/** A run's cancel as others see it. */
export interface CancelControl {
  readonly isAsked: boolean;
  /** When steps that still run are given up, epoch milliseconds; infinity where no cancel is in force. */
  readonly graceAt: number;
  ask(reason: string | null, kind: "cancel" | "deadline"): void;
  endGrace(): void;
  cleanup(scope: Scope, deadlineMs: number, work: () => Promise<unknown>): Promise<unknown>;
}
