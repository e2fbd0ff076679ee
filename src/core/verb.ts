import type { EpochMs } from "./clock.ts";
import type { Failure } from "./error.ts";
import type { RunId } from "./id.ts";
import type { Skipped, StepStatus, Usage } from "./step.ts";
import type { Statement } from "./statement.ts";

/** Where a verb stands: enough to find it again after a crash. */
export interface StepAddress {
  readonly run: RunId;
  readonly flow: string;
  /** `scope/name#occurrence`, unique in the run. */
  readonly key: string;
  readonly name: string;
  readonly kind: string;
}

export interface EffectContext extends StepAddress {
  /** Aborts on cancel, on the step's deadline, and when the run ends without waiting for this step. */
  readonly signal: AbortSignal;
  /** 1 for the first real execution of this verb. */
  readonly attempt: number;
  /** The folder that the run was started in. */
  readonly folder: string;
  /** The run's; higher goes first. */
  readonly priority?: number;
  /** Where the run's first cause stands, as `toTraceText` gives it; null where nobody has told. */
  readonly trace?: string | null;
  /** Tells the run's watchers something that is not stored: a token, a line of output. */
  live(event: Readonly<Record<string, unknown>>): void;
  /**
   * Adds to the transaction that stores how this execution ends, well or badly. Lost where nothing of it is stored: after
   * a crash, or when the step is no longer needed.
   */
  join(writes: readonly Statement[]): void;
}

export interface EffectOutcome {
  readonly status: Extract<StepStatus, "succeeded" | "failed" | "skipped" | "cancelled">;
  readonly result?: unknown;
  readonly failure?: Failure;
  readonly usage?: Usage;
  readonly skipped?: Skipped;
  /** Joins the transaction that stores the step's row. */
  readonly writes?: readonly Statement[];
  /**
   * The step is not done, and nothing of it is stored but the writes: the run pauses with `failure` as the reason, and when
   * it is resumed the step begins anew. Only an effect interceptor may say so: what a plan has seen fail is stored.
   */
  readonly pausesRun?: boolean;
}

/** A step that does something. Runs at least once; its outcome is stored once. */
export interface EffectSpec {
  readonly kind: string;
  readonly name: string;
  /** What the body passed: stored, hashed, and compared on replay. Never configuration. */
  readonly input?: unknown;
  readonly timeoutMs?: number;
  readonly onInterrupted?: "repeat" | "ask" | "fail";
  /** The same step with another input, where a plan may change it: what a human has edited is what is done. */
  revise?(input: unknown): EffectSpec;
  perform(context: EffectContext): Promise<EffectOutcome>;
}

/** A step that waits for a time, an event, a human or a child run, without holding memory. */
export interface WaitSpec {
  readonly kind: string;
  readonly name: string;
  readonly input?: unknown;
  readonly dueInMs?: number;
  /** The event that settles it, if it waits for one. */
  readonly event?: string;
  /** What the wait gives when its time is up before it is settled; default: succeeds with null. */
  readonly whenDue?: EffectOutcome;
  /** Writes that join the transaction in which the wait is opened, such as the row of a review. */
  opened?(address: StepAddress, at: EpochMs): readonly Statement[];
  /** The same, where the writes take work to make; what it throws is the wait's failure. */
  prepare?(address: StepAddress, at: EpochMs): Promise<readonly Statement[]>;
}

/** What a capability does for its waits of one kind, also where the body that opened one cannot be had any more. */
export interface WaitKind {
  readonly kind: string;
  /** Writes that join the transaction in which an open wait is given up. */
  withdrawn(address: StepAddress): readonly Statement[];
}

/** What the engine hands to a capability that adds verbs to `step`. */
export interface VerbHost {
  effect(spec: EffectSpec): Promise<unknown>;
  wait(spec: WaitSpec): Promise<unknown>;
}

/** Verbs by name; each is made anew for every scope of a run. */
export type Verbs = Readonly<Record<string, (host: VerbHost) => (...values: never[]) => unknown>>;

/** What a plan may look at and do. Its code is replayed as a body's: no clock, chance or I/O but through this. */
export interface PlanContext extends StepAddress {
  /** Verbs in the step's own scope: what is decided by them is journaled, and they may wait for days. */
  readonly host: VerbHost;
  /** When the last result was handed out, the same in every replay. */
  now(): EpochMs;
  random(): number;
}

/**
 * Stands around a step in the body, may wait, and journals what it decides: healing, a budget's question, an approval.
 * Each `next` is one attempt, a real execution through the effect ring. A failed attempt is an outcome and has a row of
 * its own; one that succeeds becomes the step's row, unless another verb is called after it.
 */
export interface PlanInterceptor {
  readonly name: string;
  /** The kinds of step that it stands around; all unless given. Others pay nothing for it. */
  readonly kinds?: readonly string[];
  around(
    context: PlanContext,
    spec: EffectSpec,
    next: (spec: EffectSpec) => Promise<EffectOutcome>,
  ): Promise<EffectOutcome>;
}

/** Stands around each real execution: trace, guards, slots, score. May add writes to the outcome. */
export interface EffectInterceptor {
  readonly name: string;
  around(context: EffectContext, spec: EffectSpec, next: () => Promise<EffectOutcome>): Promise<EffectOutcome>;
}
