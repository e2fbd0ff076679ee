import type { Failure } from "../core/error.ts";
import type { WorkerId } from "../core/id.ts";
import type { Row } from "../storage/database.ts";
import { Execution } from "./execution.ts";
import type { Departure } from "./held-run.ts";
import type { AnyFlow } from "./flow.ts";
import { findFlow, isFailure, loadRun, whyNotStart } from "./run-loader.ts";
import type { Place } from "./new-run.ts";
import type { ChangedRun } from "./announcer.ts";
import { observedTake } from "./observed.ts";
import { openCalls } from "./opening.ts";
import type { WorkerPorts } from "./worker-ports.ts";
import type { VerbCall } from "./scope.ts";
import { Suspects } from "./suspect.ts";
import { ReadyRuns, wokenRuns, type QueuedRun } from "./run-queue.ts";
import type { QueuedColumns } from "./run-store.ts";
import type { RunRow } from "./run-table.ts";

/** A worker of a cluster that is this full leaves what it wakes to whoever takes it first. */
const shareWhenFull = 1 / 4;

/** Claims queued runs and holds their executions. */
export class Worker {
  readonly id: WorkerId;
  readonly #ports: WorkerPorts;
  readonly #ready = new ReadyRuns();
  readonly #suspects = new Suspects();
  /** By run; a claim has a new epoch, so an old execution of the same run is another object. */
  readonly #executions = new Map<string, Execution>();
  readonly #claiming = new Set<string>();
  readonly #perFlow = new Map<string, number>();
  readonly #limits = new Map<string, number>();
  /** Flows whose limit other workers have used up, until a place is given back. */
  readonly #full = new Set<string>();
  /** Runs that were woken while their execution was on its way out of memory. */
  readonly #wokenEarly = new Map<string, QueuedRun>();
  readonly #idle = new Set<() => void>();
  /** Told when enough places are free to be worth a look for more runs. */
  onRoom: (() => void) | undefined;
  #withdrawTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #isStopping = false;

  constructor(ports: WorkerPorts) {
    this.id = ports.id;
    this.#ports = ports;
  }

  get active(): number {
    return this.#executions.size + this.#claiming.size;
  }

  /** How many more runs could be taken up now. */
  get room(): number {
    if (this.#isStopping) return 0;
    return this.#ports.concurrency - this.active - this.#ready.count((flow) => this.#hasPlaceFor(flow));
  }

  /** What runs or waits now in a run that this worker holds; null where it does not hold it. */
  callsOf(run: string): readonly VerbCall[] | null {
    const held = this.#executions.get(run);
    return held ? [...held.calls.values()] : null;
  }

  get isIdle(): boolean {
    return this.active === 0 && this.#ready.size === 0 && this.#suspects.size === 0;
  }

  /** Takes over the runs of workers that are dead, then whatever is queued or due. */
  async start(deadWorkers: readonly string[]): Promise<void> {
    await this.bury(deadWorkers);
    await this.sweep();
  }

  async bury(deadWorkers: readonly string[]): Promise<void> {
    const { database, statements } = this.#ports;
    for (const owner of deadWorkers) {
      const result = await database.write([statements.die({ owner })]);
      if (result.committed) this.woken(result.rows.flat());
    }
  }

  /** Finds what no hint was given for, and arms the timer of the next due wait. */
  async sweep(): Promise<void> {
    const { database, statements, clock, store, elsewhere } = this.#ports;
    const due = await database.write([statements.wakeDue({ now: clock.now() })]);
    if (due.committed) this.woken(due.rows.flat());
    await this.#dropOrphans();
    this.#full.clear();
    // A full worker of a cluster leaves what is queued to those that have room.
    const isFull = elsewhere !== undefined && this.room <= 0;
    for (const run of isFull ? [] : await store.queued()) this.offer(toQueued(run, clock.now()));
    const next = await store.nextDue();
    if (next !== null) this.#armTimer(next);
  }

  /** A claim whose commit was never answered left a run in this worker's name that it does not hold. */
  async #dropOrphans(): Promise<void> {
    const { database, statements, store } = this.#ports;
    for (const { id, epoch } of await store.heldBy(this.id)) {
      if (this.#executions.has(id) || this.#claiming.has(id)) continue;
      await database.write([statements.handBack({ id, epoch, owner: this.id })]);
    }
  }

  /** A place of some flow may be free again. */
  freed(): void {
    this.#full.clear();
    this.#fill();
  }

  /** A run that is queued, as far as is known. */
  offer(run: QueuedRun): void {
    if (this.#isStopping || this.#claiming.has(run.id)) return;
    if (this.#executions.has(run.id)) this.#wokenEarly.set(run.id, run);
    else (this.#suspects.includes(run) ? this.#suspects : this.#ready).add(run);
    this.#fill();
  }

  /** What a commit has woken: queued runs are offered, held ones look into their inbox. */
  readonly woken = (rows: readonly Row[]): void => {
    const { elsewhere } = this.#ports;
    const isSharing = elsewhere !== undefined && this.#isSharing;
    const forOthers: ChangedRun[] = [];
    for (const run of wokenRuns(rows)) {
      const held = this.#executions.get(run.id);
      if (run.status !== "queued" && held) held.poke({ inbox: true });
      else if (this.#claiming.has(run.id)) continue;
      else if (run.status === "queued" && !isSharing) void this.offerById(run.id);
      else forOthers.push(run);
    }
    if (forOthers.length > 0) elsewhere?.(forOthers);
  };

  get #isSharing(): boolean {
    return this.active >= this.#ports.concurrency * shareWhenFull;
  }

  /** The way to the database was broken: every held run looks whether it is still this worker's. */
  pokeAll(): void {
    for (const execution of this.#executions.values()) execution.poke({ inbox: true });
  }

  poke(run: string): void {
    this.#executions.get(run)?.poke({ inbox: true });
  }

  /** Resolves once nothing is queued or worked on here. */
  async whenIdle(): Promise<void> {
    if (this.isIdle) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    await promise;
  }

  /** Lets running steps finish within the bound, hands every run back, then drops what is left. */
  async stop(boundMs: number): Promise<void> {
    this.#isStopping = true;
    this.#withdrawTimer?.();
    for (const execution of this.#executions.values()) execution.handBack();
    const { promise, resolve } = Promise.withResolvers<void>();
    const withdraw = this.#ports.clock.after(boundMs, resolve);
    while (this.active > 0) {
      const { promise: change, resolve: changed } = Promise.withResolvers<void>();
      this.#idle.add(changed);
      const isLate = await Promise.race([change.then(() => false), promise.then(() => true)]);
      if (isLate) break;
      for (const execution of this.#executions.values()) execution.handBack();
    }
    withdraw();
    await this.#dropAll();
  }

  /** What did not end within the bound is dropped in the middle and queued again: the next worker repeats that step. */
  async #dropAll(): Promise<void> {
    const { database, statements, log } = this.#ports;
    const left = [...this.#executions.values()];
    for (const execution of left) execution.drop("the worker stopped");
    for (const { writer, run } of left) {
      try {
        await database.write([statements.handBack(writer.holder)]);
      } catch (error) {
        // The next host finds the run under a dead worker's name and takes it up all the same.
        log.warn("run.not_handed_back", { run: run.id, error });
      }
    }
  }

  /** Looks whether a run is queued, and offers it. A run that could not be looked at is found by the next sweep. */
  async offerById(id: string): Promise<void> {
    try {
      const run = await this.#ports.store.run(id);
      if (run.status === "queued") this.offer(toQueued(run, this.#ports.clock.now()));
    } catch (error) {
      this.#ports.log.warn("run.hint_lost", { run: id, error });
    }
  }

  /** Keeps a place for a run that is about to be made, if nothing that waits would be passed over. */
  reserve(id: string, flow: AnyFlow): Place | null {
    const { concurrency } = flow;
    this.#limits.set(flow.name, concurrency ?? Number.POSITIVE_INFINITY);
    const isOpen = !this.#isStopping && this.#ready.size === 0 && this.active < this.#ports.concurrency;
    // On a shared database a limit is kept by the claim, and a full worker leaves what is new to others.
    const isShared = this.#ports.elsewhere !== undefined && (concurrency !== undefined || this.#isSharing);
    if (!isOpen || isShared || !this.#hasPlaceFor(flow.name)) return null;
    this.#claiming.add(id);
    this.#count(flow.name, 1);
    const giveBack = (): void => this.#giveUpClaim({ id, flow: flow.name });
    return { owner: this.id, giveBack, take: (run) => void this.#holdReserved(run, flow) };
  }

  async #holdReserved(run: RunRow, flow: AnyFlow): Promise<void> {
    try {
      await this.#hold(run, flow, run.created_at);
    } catch (error) {
      this.#ports.log.error("run.claim_failed", { run: run.id, error });
      this.#giveUpClaim(run);
    }
  }

  #fill(): void {
    while (!this.#isStopping && this.active < this.#ports.concurrency) {
      const isAllowed = (flow: string): boolean => this.#hasPlaceFor(flow);
      const run = this.#suspects.take(isAllowed) ?? this.#ready.take(isAllowed);
      if (!run) return;
      this.#claiming.add(run.id);
      this.#count(run.flow, 1);
      // Its failures are logged inside; a claim that fails leaves the run queued for the next sweep.
      void this.#claim(run);
    }
  }

  #hasPlaceFor(flow: string): boolean {
    if (this.#full.has(flow)) return false;
    return (this.#perFlow.get(flow) ?? 0) < (this.#limits.get(flow) ?? Number.POSITIVE_INFINITY);
  }

  #count(flow: string, by: number): void {
    this.#perFlow.set(flow, (this.#perFlow.get(flow) ?? 0) + by);
  }

  async #claim(queued: QueuedRun): Promise<void> {
    try {
      const flow = await findFlow(this.#ports.flows, queued);
      const limit = isFailure(flow) ? undefined : flow.concurrency;
      this.#limits.set(queued.flow, limit ?? Number.POSITIVE_INFINITY);
      const isWithinLimit = (this.#perFlow.get(queued.flow) ?? 0) <= (limit ?? Number.POSITIVE_INFINITY);
      const run = isWithinLimit ? await this.#take(queued, limit) : undefined;
      if (run) await this.#hold(run, flow, queued.offeredAt);
      else await this.#notTaken(queued, isWithinLimit);
    } catch (error) {
      this.#ports.log.error("run.claim_failed", { run: queued.id, error });
      this.#giveUpClaim(queued);
    }
  }

  async #take({ id, flow }: QueuedRun, limit: number | undefined): Promise<RunRow | undefined> {
    const { database, statements, clock, events } = this.#ports;
    const at = clock.now();
    const claim = { id, owner: this.id, at };
    const claims = limit === undefined ? [statements.claim(claim)] : statements.claimWithin({ ...claim, flow, limit });
    const claimed = await database.write([...claims, events.append({ type: "tutti.run.started", subject: id, at })]);
    return claimed.committed ? (claimed.rows[claims.length - 1]?.[0] as RunRow | undefined) : undefined;
  }

  /** Another worker has it, or its flow has no place: then it stays in line. */
  async #notTaken(queued: QueuedRun, isWithinLimit: boolean): Promise<void> {
    this.#giveUpClaim(queued);
    const isLimited = Number.isFinite(this.#limits.get(queued.flow) ?? Number.POSITIVE_INFINITY);
    if (isLimited && (!isWithinLimit || (await this.#ports.store.run(queued.id)).status === "queued")) {
      if (isWithinLimit) this.#full.add(queued.flow);
      this.offer(queued);
    }
    this.#fill();
  }

  #giveUpClaim({ id, flow }: Pick<QueuedRun, "id" | "flow">): void {
    this.#claiming.delete(id);
    this.#suspects.clear(id);
    this.#count(flow, -1);
    this.#changed();
  }

  async #hold(run: RunRow, flow: AnyFlow | Failure, offeredAt: number): Promise<void> {
    const loaded = await loadRun(this.#ports, run, flow);
    const { observer, clock } = this.#ports;
    await observer?.ready?.();
    const take = observer && (await observedTake(this.#ports, { ...loaded, offeredAt, at: clock.now() }));
    const own = { open: openCalls, woken: this.woken, survived: this.#survived, left: this.#left };
    const execution = new Execution(loaded, { ...this.#ports, ...own });
    this.#claiming.delete(run.id);
    this.#executions.set(run.id, execution);
    this.#ports.live.publish({ run: run.id, type: "run", data: "running" });
    if (take) observer.runTaken(execution.writer.observed, take);
    const fault = whyNotStart(run, flow);
    if (fault) execution.startFaulted(fault);
    else execution.start();
  }

  readonly #survived = (run: string): void => {
    if (this.#suspects.clear(run)) this.#fill();
  };

  readonly #left = (execution: Execution, how: Departure): void => {
    const { id, flow } = execution.run;
    if (this.#executions.get(id) === execution) {
      this.#executions.delete(id);
      this.#suspects.clear(id);
      this.#count(flow, -1);
    }
    this.#full.delete(flow);
    const woken = this.#wokenEarly.get(id);
    this.#wokenEarly.delete(id);
    if (woken) this.offer(woken);
    if (how === "lost" && !this.#isStopping) void this.#giveUp(execution);
    if (how === "parked" || how === "handed back") void this.#afterPark();
    if (how !== "lost") this.#ports.elsewhere?.([{ id, status: how === "handed back" ? "queued" : how }]);
    this.#fill();
    this.#changed();
  };

  /** If the run is still this worker's, it failed here: another claim reads the truth anew. */
  async #giveUp(execution: Execution): Promise<void> {
    const { database, statements, log } = this.#ports;
    try {
      const answer = await database.write([statements.giveUp(execution.writer.holder)]);
      if (answer.committed) await this.offerById(execution.run.id);
    } catch (error) {
      log.error("run.not_given_up", { run: execution.run.id, error });
    }
  }

  /** A wake may have come while the park was written: the row says so, and a due time needs its timer. */
  async #afterPark(): Promise<void> {
    try {
      const next = await this.#ports.store.nextDue();
      if (next !== null) this.#armTimer(next);
    } catch (error) {
      this.#ports.log.warn("worker.timer_failed", { error });
    }
  }

  #armTimer(at: number): void {
    if (this.#isStopping || at >= this.#timerAt) return;
    this.#withdrawTimer?.();
    this.#timerAt = at;
    this.#withdrawTimer = this.#ports.clock.after(Math.max(0, at - this.#ports.clock.now()), () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.sweep().catch((error: unknown) => this.#ports.log.error("worker.sweep_failed", { error }));
    });
  }

  #changed(): void {
    if (this.onRoom && this.active <= this.#ports.concurrency / 2 && this.room > 0) this.onRoom();
    for (const resolve of Array.from(this.#idle)) {
      if (!this.#isStopping && !this.isIdle) continue;
      this.#idle.delete(resolve);
      resolve();
    }
  }
}

function toQueued({ created_at: createdAt, ...run }: QueuedColumns, offeredAt: number): QueuedRun {
  const { id, flow, file, folder, priority, deaths } = run;
  return { id, flow, file, folder, priority, createdAt, offeredAt, deaths };
}
