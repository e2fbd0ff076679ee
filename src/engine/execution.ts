import { StepError, TuttiError, type Failure } from "../core/error.ts";
import type { EffectOutcome } from "../core/verb.ts";
import type { AnyFlow } from "./flow.ts";
import type { Departure, ExecutionPorts, HeldRun, LoadedRun } from "./held-run.ts";
import { freezeOutcome, JournalWriter, type Finished, type WriteAnswer } from "./journal-writer.ts";
import { awaitsOffer, offer, outcomeOfRow } from "./attempt.ts";
import { Leave } from "./leave.ts";
import { endRun, foreignAwait, judgeBody, pauseRun, runBody, type BodyEnd } from "./run-end.ts";
import { Replay } from "./replay.ts";
import { collectDue, restOf } from "./rest.ts";
import type { JournalRow, OpeningRow, RunRow } from "./run-table.ts";
import { cancelFailure, Scope, type VerbCall } from "./scope.ts";
import { Cancellation } from "./cancellation.ts";
import { readInbox } from "./inbox.ts";
import { answerOldVersion, differs, notAsked } from "./mismatch.ts";
import { endScope } from "./scope-end.ts";
import { endOfTick } from "./tick.ts";
import { batchLength, leaveEvents, reconsider } from "./write-batch.ts";

/**
 * One run in memory: its body and the pump that hands out stored results one at a time, each followed by a full drain,
 * in the first run as in a replay. Nothing starts before the last stored result is handed out.
 */
export class Execution implements HeldRun {
  readonly run: RunRow;
  readonly flow: AnyFlow;
  readonly folder: string;
  readonly ports: ExecutionPorts;
  readonly writer: JournalWriter;
  readonly root: Scope;
  readonly cancellation = new Cancellation(this);
  readonly calls = new Map<string, VerbCall>();
  readonly openings: Map<string, OpeningRow>;
  readonly cache: ReadonlyMap<string, JournalRow>;
  readonly finished: Finished[] = [];
  readonly held: VerbCall[] = [];
  /** Set once a child run was started, so that the end knows to look for them. */
  startedChild = false;
  readonly #input: unknown;
  readonly #replay: Replay;
  readonly #endingScopes: { call: VerbCall; outcome: EffectOutcome }[] = [];
  #body: BodyEnd = null;
  #fault: Failure | null = null;
  #misplaced: Failure | null = null;
  #isLive = false;
  #isStopped = false;
  readonly #leave = new Leave();
  #inboxIsDirty = true;
  /** Something has happened to the run that it has not heard yet: a pause or a cancel must stop what would start next. */
  #hasNews: boolean;
  /** Something has been handed to the body, which must come to rest before anything else happens. */
  #mustDrain = true;
  #wake: (() => void) | null = null;
  #lastRowAt: number;

  constructor(loaded: LoadedRun, ports: ExecutionPorts) {
    this.run = loaded.run;
    this.flow = loaded.flow;
    this.folder = loaded.folder;
    this.ports = ports;
    this.writer = new JournalWriter(ports, loaded);
    this.#input = loaded.input;
    this.cache = loaded.cache;
    this.#replay = new Replay(loaded.rows);
    this.openings = new Map(loaded.openings.map((row) => [row.key, row]));
    this.#lastRowAt = loaded.run.created_at;
    this.#hasNews = loaded.run.cancel_at !== null || loaded.run.pause_at !== null;
    this.root = new Scope({ path: "", seed: loaded.run.seed, parent: null, isCollapsed: false });
  }

  get now(): number {
    return this.#lastRowAt;
  }

  /** True while stored results are still to be handed out, or stored waits to be asked for again. */
  get isReplaying(): boolean {
    if (this.#replay.isRunning) return true;
    return !this.#isLive && [...this.openings.keys()].some((key) => !this.calls.has(key));
  }

  /** Starts the pump without the body: the run cannot go on, for the given reason. */
  startFaulted(failure: Failure): void {
    this.#fault = failure;
    void this.#pump();
  }

  start(): void {
    void runBody(this, this.#input).then((end) => {
      this.#body = end;
      this.poke();
    });
    void this.#pump();
  }

  /** Something has changed: an effect ended, the database has news. */
  poke(options: { inbox?: boolean } = {}): void {
    if (options.inbox) this.#hasNews = true;
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Lets running steps finish, then gives the run back to the queue. */
  handBack(): void {
    this.#leave.how ??= "hand back";
    this.poke();
  }

  /** Drops the body: another worker holds the run, or time is up. Nothing is written any more. */
  drop(reason: string): void {
    this.#stop("lost", new TuttiError("engine.lost", `run ${this.run.id} was dropped: ${reason}`));
  }

  fault(failure: Failure): void {
    this.#fault ??= failure;
    this.poke();
  }

  /** Takes up a verb call of the body; what is stored for it is compared now and handed out in its turn. */
  call(call: VerbCall): Promise<unknown> {
    if (this.cancellation.refuses(call.scope)) return this.cancellation.refusal();
    const stored = this.#replay.get(call.key) ?? this.openings.get(call.key);
    if (stored && (stored.kind !== call.kind || stored.hash !== call.hash)) this.fault(differs(stored, call));
    this.calls.set(call.key, call);
    if (call.kind === "flow") this.startedChild = true;
    if (call.work.type === "scope") call.state = "started";
    else if (!this.isStored(call.key)) this.held.push(call);
    this.poke();
    return call.promise;
  }

  /** Whether a scope's inside must run: not where the scope is stored as one row. */
  isStored(key: string): boolean {
    return this.#replay.get(key) !== undefined;
  }

  scopeEnded(call: VerbCall, outcome: EffectOutcome): void {
    this.#endingScopes.push({ call, outcome });
    this.poke();
  }

  effectEnded(call: VerbCall, outcome: EffectOutcome): void {
    if (this.#isStopped || call.state !== "started") return;
    if (outcome.pausesRun && !this.cancellation.isAsked) this.#leave.putOff(this, call, outcome);
    else {
      call.state = "finished";
      this.finished.push({ call, outcome: freezeOutcome(outcome, `step "${call.key}"`) });
    }
    this.poke();
  }

  /** A verb was called where none may be: the run fails with it, whatever the body makes of the error. */
  misplaced(failure: Failure): void {
    this.#misplaced ??= failure;
  }

  withdraw(call: VerbCall): void {
    call.state = "withdrawn";
    call.controller?.abort(new TuttiError("run.cancelled", `step "${call.key}" is no longer needed`));
  }

  async #pump(): Promise<void> {
    try {
      while (!this.#isStopped) {
        if (this.#mustDrain) await this.ports.turn();
        else await endOfTick();
        this.#mustDrain = false;
        if (this.#isStopped) return;
        await this.#beat();
      }
    } catch (error) {
      this.ports.log.error("run.pump_failed", { run: this.run.id, error });
      this.drop(error instanceof Error ? error.message : String(error));
    }
  }

  /** One turn of the pump: does the first thing that is due, in an order that replay repeats. */
  async #beat(): Promise<void> {
    if (this.#fault) return this.#pauseOrEnd(this.#fault);
    this.#settleScopes();
    if (this.#body && !this.#hasAskedAll(this.#body)) return;
    if (this.#body || this.cancellation.hasEndedBody) return this.#finish();
    if (!this.#leave.how && (await this.#release())) return;
    if (!this.#leave.how && this.#offerAttempt()) return;
    if (this.#leave.how) leaveEvents(this.finished);
    if (this.finished.length > 0) {
      // The body has stood still since the last drain, so what has just been stored can go out at once.
      if ((await this.#writeFinished()) && !this.#leave.how && !this.#isStopped) await this.#release();
      return;
    }
    if (this.#leave.how && !this.#hasInFlight()) {
      return this.#depart(this.#leave.how === "pause" ? "paused" : "handed back", await this.#leave.write(this));
    }
    if (!this.#leave.how) {
      if (!this.#isLive && !this.#goLive()) return;
      if (this.held.length > 0) return this.#open();
    }
    if (this.#inboxIsDirty || this.#hasNews) return this.#readInbox();
    if (collectDue(this)) return;
    await this.#rest();
  }

  /** A body may end before all rows are handed out, but only if it had called their verbs: else its code has changed. */
  #hasAskedAll(end: NonNullable<BodyEnd>): boolean {
    if (
      !this.isReplaying ||
      this.cancellation.isInForce ||
      ("failure" in end && end.failure.code === "engine.foreign_await")
    )
      return true;
    const missing = this.#replay.notAskedFor(this.calls, this.openings.values());
    if (missing) this.fault(notAsked(missing, [...this.calls.keys()]));
    return missing === undefined;
  }

  /** Hands out the next stored result. */
  async #release(): Promise<boolean> {
    const row = this.#replay.next;
    if (!row) return false;
    const call = this.calls.get(row.key);
    if (!call && this.#mustBeAsked(row)) {
      this.#passOrFault(row);
      return true;
    }
    this.#replay.advance();
    this.#mustDrain = true;
    this.#lastRowAt = row.finished_at;
    if (row.kind === "cancel") this.cancellation.apply(row);
    if (call) await this.#deliver(call, row);
    return true;
  }

  #mustBeAsked(row: JournalRow): boolean {
    if (row.kind === "cancel") return false;
    // What a plan had tried is the engine's own: where no plan stands around the step any more, the step itself counts.
    if (row.kind === "attempt" && row.scope !== null && this.calls.has(row.scope)) return false;
    return row.scope === null || !this.#replay.isInEndedScope(row);
  }

  /** What is stored was not asked for: the body stands before a version that is newer than the row, or has changed. */
  #passOrFault(stored: JournalRow | OpeningRow): void {
    if (answerOldVersion(this)) this.#mustDrain = true;
    else this.fault(notAsked(stored, [...this.calls.keys()]));
  }

  async #deliver(call: VerbCall, row: JournalRow): Promise<void> {
    this.calls.delete(call.key);
    if (call.state === "withdrawn") return;
    call.state = "finished";
    if (call.attemptOf) call.resolve(await outcomeOfRow(row, this.ports.payloads));
    else if (row.status === "succeeded" || row.status === "skipped")
      call.resolve(await this.ports.payloads.load(row.result));
    else call.reject(new StepError((await this.ports.payloads.load(row.failure)) as Failure));
    this.ports.live.publish({ run: this.run.id, type: "row", key: row.key });
  }

  /** Scopes whose function has settled and whose inside is quiet become a row. */
  #settleScopes(): void {
    for (const { call, outcome } of this.#endingScopes.splice(0)) {
      const ended = endScope(this, call, outcome);
      if (!ended) continue;
      this.#replay.endScope(call.key);
      this.finished.push(ended);
    }
  }

  #offerAttempt(): boolean {
    const entry = this.finished[0];
    if (!entry || !awaitsOffer(entry)) return false;
    this.#mustDrain = true;
    this.#lastRowAt = this.ports.clock.now();
    offer(entry, this.#lastRowAt);
    return true;
  }

  async #writeFinished(): Promise<boolean> {
    const most = batchLength(this.finished, { isLeaving: this.#leave.how !== null });
    const batch = this.finished.slice(0, most).filter(({ call }) => call?.state !== "withdrawn");
    if (batch.length === 0) {
      this.finished.splice(0, most);
      return false;
    }
    const withCancel = batch.map((entry) => (entry.call ? entry : this.cancellation.complete(entry)));
    const { answer, rows } = await this.writer.rows(withCancel);
    if (answer === "written") {
      this.finished.splice(0, most);
      this.#replay.push(rows);
      for (const row of rows) this.openings.delete(row.key);
    }
    // What was good only for an unchanged run is judged again after the inbox has been read.
    if (answer === "stale") reconsider(this.finished);
    await this.#answered(answer);
    return answer === "written";
  }

  async #answered(answer: WriteAnswer): Promise<void> {
    if (answer === "written") return;
    this.#inboxIsDirty = true;
    await this.#readInbox();
  }

  async #open(): Promise<void> {
    // A wait of an earlier life may have been settled before it was asked for again.
    if (this.openings.size > 0) this.#inboxIsDirty = true;
    if (!this.#hasNews) return this.#answered(await this.ports.open(this));
    // Nothing begins anew before the news is heard; a wait that is open already must be there to hear it.
    const isOpenWait = ({ key, work }: VerbCall): boolean => work.type === "wait" && this.openings.has(key);
    const fresh = this.held.filter((call) => !isOpenWait(call));
    this.held.splice(0, this.held.length, ...this.held.filter(isOpenWait));
    if (this.held.length > 0) await this.ports.open(this);
    this.held.push(...fresh);
    await this.#readInbox();
  }

  /** Replay is over: every stored wait must have been asked for again. */
  #goLive(): boolean {
    const missing = [...this.openings.values()].find(
      (opening) => !this.calls.has(opening.key) && !this.#replay.isInEndedScope(opening),
    );
    if (missing) {
      this.#passOrFault(missing);
      return false;
    }
    this.#isLive = true;
    if (this.cancellation.isInForce) this.cancellation.giveUpUnknown();
    return true;
  }

  async #readInbox(): Promise<void> {
    this.#inboxIsDirty = false;
    this.#hasNews = false;
    const news = await readInbox(this);
    if (news === "lost") this.drop("another worker holds it");
    if (news === "pause") this.#leave.how = "pause";
  }

  #hasInFlight(): boolean {
    return [...this.calls.values()].some((call) => call.isInFlight);
  }

  /** Nothing can go on: leave memory if the next wake is far, else sleep until something happens. */
  async #rest(): Promise<void> {
    const { isQuiet, onlyWaits, next } = restOf(this);
    if (isQuiet) {
      this.#body = { failure: foreignAwait(this) };
      return;
    }
    const now = this.ports.clock.now();
    const isFar = next === null || next - now > this.ports.parkAfterMs;
    if (isFar && !this.#leave.how && onlyWaits) return this.#park(next);
    await this.#sleep(next === null ? null : next - now);
  }

  async #park(due: number | null): Promise<void> {
    const { statements, events, clock } = this.ports;
    const event = events.append({ type: "tutti.run.waiting", subject: this.run.id, at: clock.now() });
    const park = statements.park({ ...this.writer.holder, wake: this.writer.wake, due });
    const answer = await this.writer.last([park, event], { needsWake: true });
    if (answer === "written") this.#stop("parked");
    else await this.#answered(answer);
  }

  async #sleep(delayMs: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const withdrawTimer = delayMs === null ? undefined : this.ports.clock.after(delayMs, () => this.poke());
    await promise;
    withdrawTimer?.();
  }

  async #finish(): Promise<void> {
    const end = judgeBody(this, this.#body, this.#misplaced);
    await this.#depart("ended", await endRun(this, end, this.cancellation.end));
  }

  /** A run that cannot be replayed is paused by name; one that is to be cancelled needs no replay for that. */
  async #pauseOrEnd(fault: Failure): Promise<void> {
    const { cancel_at: at, cancel_reason: reason } = this.run;
    if (at === null) return this.#depart("paused", await pauseRun(this, fault));
    await this.#depart("ended", await endRun(this, null, { kind: "cancel", failure: cancelFailure(reason) }));
  }

  async #depart(how: Departure, answer: WriteAnswer): Promise<void> {
    if (answer === "written") this.#stop(how);
    else await this.#answered(answer);
  }

  #stop(how: Departure, reason?: TuttiError): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    // Most runs end with nothing open, and an error with its stack is not free.
    const why =
      this.calls.size > 0 ? (reason ?? new TuttiError("engine.lost", `run ${this.run.id} left this worker`)) : null;
    for (const call of this.calls.values()) call.controller?.abort(why);
    this.poke();
    this.ports.live.publish({ run: this.run.id, type: "run", data: how });
    this.ports.left(this, how);
  }
}
