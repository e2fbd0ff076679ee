import { StepError, type Failure } from "../core/error.ts";
import type { WaitSpec } from "../core/verb.ts";
import type { HeldRun } from "./held-run.ts";
import type { Finished } from "./journal-writer.ts";
import type { JournalRow } from "./run-table.ts";
import { cancelFailure, hashOf, VerbCall, type Scope } from "./scope.ts";
import type { CancelRecord } from "./cancel-record.ts";
import { withdrawal } from "./withdrawal.ts";

/** After this many refused verbs a cancelled body is dropped: a loop that swallows every refusal would never end. */
const mostRefusals = 100;

/** A run's cancel (or the end of its deadline), from the request over its row in the sequence to the end of the grace. */
export class Cancellation {
  readonly #execution: HeldRun;
  /** Cleanups that are at work, with their deadlines in milliseconds. */
  readonly #cleanups = new Map<Scope, number>();
  #record: CancelRecord | null = null;
  #refusals = 0;
  #graceAt = Number.POSITIVE_INFINITY;
  isAsked = false;

  constructor(execution: HeldRun) {
    this.#execution = execution;
  }

  /** True once the row of the cancel has been handed out. */
  get isInForce(): boolean {
    return this.#record !== null;
  }

  get hasEndedBody(): boolean {
    return this.#refusals > mostRefusals;
  }

  get graceAt(): number {
    return this.#graceAt;
  }

  get failure(): Failure {
    if (this.#record?.kind !== "deadline") return cancelFailure(this.#record?.reason ?? null);
    return { code: "engine.deadline", message: `run ${this.#execution.run.id} took longer than its deadline` };
  }

  /** How the run ends, if the cancel is in force. */
  get end(): { kind: "cancel" | "deadline"; failure: Failure } | null {
    return this.#record && { kind: this.#record.kind, failure: this.failure };
  }

  ask(reason: string | null, kind: "cancel" | "deadline"): void {
    if (this.isAsked) return;
    this.isAsked = true;
    const text = JSON.stringify({ reason, kind, inFlight: [] } satisfies CancelRecord);
    this.#execution.finished.push({ call: null, outcome: { status: "cancelled", text } });
  }

  /** The row as it is written: it names what is running now, and gives up the open waits in its transaction. */
  complete(entry: Finished): Finished {
    const asked = JSON.parse(entry.outcome.text ?? "{}") as CancelRecord;
    const { calls, ports, run } = this.#execution;
    const open = [...calls.values()].filter((call) => call.state === "started");
    const inFlight = open.filter((call) => call.work.type === "effect" || call.kind === "flow").map((call) => call.key);
    const waits = open.filter((call) => call.isWaiting && call.kind !== "flow" && !call.scope.isCleanup);
    const children = ports.statements.cancelChildren({ parent: run.id, at: ports.clock.now() });
    return {
      ...entry,
      before: [...waits.flatMap((call) => withdrawal(this.#execution, call)), children],
      outcome: { ...entry.outcome, text: JSON.stringify({ ...asked, inFlight, waits: waits.map(nameOf) }) },
    };
  }

  /** The cancel is handed out: open waits reject, running steps are told, what was only called is refused. */
  apply(row: JournalRow): void {
    const { calls, openings, held, ports } = this.#execution;
    this.isAsked = true;
    this.#record = JSON.parse(row.result ?? "{}") as CancelRecord;
    // From the cancel on, also in a replay: else a run that leaves memory in between would wait for ever.
    this.#graceAt = row.finished_at + ports.graceMs;
    const error = new StepError(this.failure);
    const running = new Set(this.#record.inFlight);
    for (const call of calls.values()) {
      if (!call.isOpen || call.work.type === "scope" || call.scope.isCleanup) continue;
      if (running.has(call.key) || this.#execution.isStored(call.key)) call.controller?.abort(error);
      else refuse(call, error);
    }
    held.splice(0, held.length, ...held.filter((call) => call.state !== "withdrawn"));
    // In a replay they are gone from the database already; what is there was opened after the cancel.
    for (const key of openings.keys()) {
      const call = calls.get(key);
      if (call?.work.type === "wait" && call.kind !== "flow" && !call.scope.isCleanup) openings.delete(key);
    }
    for (const [scope, deadlineMs] of this.#cleanups) this.#limit(scope, deadlineMs);
  }

  /**
   * In a replay nobody can know what became of steps that were running at the cancel and left no row. A child is waited
   * for on: it tells its end.
   */
  giveUpUnknown(): void {
    const { held, openings } = this.#execution;
    for (const call of held.splice(0)) {
      if (call.scope.isCleanup || (call.kind === "flow" && openings.has(call.key))) held.push(call);
      else this.#unknownOutcome(call);
    }
  }

  /** The grace is over: what still runs is stored as cancelled, outcome unknown. */
  endGrace(): void {
    for (const call of this.#execution.calls.values()) {
      if (call.state === "started" && call.work.type !== "scope" && !call.scope.isCleanup) this.#unknownOutcome(call);
    }
  }

  refuses(scope: Scope): boolean {
    return this.isInForce && (scope.cleanup?.isExpired ?? true);
  }

  refusal(): Promise<never> {
    this.#refusals++;
    if (!this.hasEndedBody) return Promise.reject(new StepError(this.failure));
    this.#execution.poke();
    // A fresh promise each time: one shared promise that never settles would keep every body alive.
    return new Promise(() => undefined);
  }

  /** Work that a cancel does not refuse; from the cancel on it has a deadline of its own. */
  async cleanup(scope: Scope, deadlineMs: number, work: () => Promise<unknown>): Promise<unknown> {
    if (this.isInForce) this.#limit(scope, deadlineMs);
    else this.#cleanups.set(scope, deadlineMs);
    try {
      return await work();
    } finally {
      this.#cleanups.delete(scope);
    }
  }

  /** A durable timer that ends a cleanup. */
  #limit(scope: Scope, deadlineMs: number): void {
    const key = scope.keyFor("deadline");
    const spec: WaitSpec = {
      kind: "sleep",
      name: "deadline",
      input: { ms: deadlineMs },
      dueInMs: deadlineMs,
      whenDue: { status: "succeeded" },
    };
    const hash = hashOf(spec.input, key);
    const timer = new VerbCall({ key, kind: "sleep", name: "deadline", scope, hash, work: { type: "wait", spec } });
    // A rejection means that the timer was withdrawn with the run's end, which says all there is to say.
    void this.#execution.call(timer).then(
      () => this.#expire(scope),
      () => undefined,
    );
  }

  #expire(scope: Scope): void {
    scope.isExpired = true;
    const error = new StepError(this.failure);
    for (const call of this.#execution.calls.values()) {
      if (!call.isOpen || call.work.type === "scope" || !call.key.startsWith(`${scope.path}/`)) continue;
      if (call.isInFlight || this.#execution.isStored(call.key)) call.controller?.abort(error);
      else refuse(call, error);
    }
  }

  #unknownOutcome(call: VerbCall): void {
    call.state = "finished";
    call.hasOpening ||= this.#execution.openings.has(call.key);
    const failure = { ...this.failure, data: { outcome: "unknown" } };
    this.#execution.finished.push({ call, outcome: { status: "cancelled", failure, text: undefined } });
  }
}

function nameOf({ key, kind, name, startedAt }: VerbCall): NonNullable<CancelRecord["waits"]>[number] {
  return { key, kind, name, openedAt: startedAt };
}

function refuse(call: VerbCall, error: StepError): void {
  call.state = "withdrawn";
  call.reject(error);
}
