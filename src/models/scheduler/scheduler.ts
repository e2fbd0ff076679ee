import { systemClock, type Clock, type EpochMs } from "../../core/clock.ts";
import { systemRandom, type Random } from "../../core/random.ts";
import { aborted } from "../abort.ts";
import { createBackoff, type Backoff } from "./backoff.ts";
import { createServerMemory, type ResidentModel, type ServerMemory } from "./memory.ts";
import { nextMove, type Move, type QueueState, type Waiting } from "./order.ts";

export interface ServerQueueOptions {
  /** Calls that one model works on at once. */
  readonly parallel: number;
  /** Models that the server holds in memory at once; `Infinity` for one that does not swap. */
  readonly maxLoaded: number;
  /** How long a call may be overtaken by later ones for the loaded model, until its own model's turn comes. */
  readonly patienceMs: number;
  /** What the server has in memory. May fail: then our own calls are all that is known. */
  readonly resident?: ((signal: AbortSignal) => Promise<readonly ResidentModel[]>) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

export interface Entry {
  readonly model: string;
  /** Higher goes first; the run's, 0 unless given. */
  readonly priority?: number | undefined;
  readonly signal: AbortSignal;
  /** Whose call it is, for who looks at the line. */
  readonly run?: string | undefined;
  /** When the call came first, if it has been turned away since: it keeps its place in the line. */
  readonly since?: EpochMs | undefined;
}

/** A place at the server. Whoever holds it calls, and leaves in any case. */
export interface Place {
  readonly startedAt: EpochMs;
  /** What the server should be told about how long the model stays; undefined where nothing needs to be said. */
  readonly keeps: "longer" | "default" | undefined;
  /** The server told how long it took to load the model for this call. */
  tookToLoad(ms: number): void;
  leave(): void;
}

export interface QueueView {
  readonly waiting: number;
  readonly inFlight: number;
  readonly loaded: readonly string[];
  readonly maxLoaded: number;
  readonly parallel: number;
  readonly loads: number;
  readonly swaps: number;
  /** The server turned calls away and none starts before this. */
  readonly pausedUntil: EpochMs | undefined;
  /** What runs, then what waits, each in the order of its coming. */
  readonly calls: readonly QueuedCall[];
  readonly callsDone: number;
}

export interface QueuedCall {
  readonly model: string;
  readonly run: string | null;
  /** How long it waits, or has waited for its place. */
  readonly waitingMs: number;
  /** Null while it waits. */
  readonly runningMs: number | null;
}

/**
 * The line of model calls before one server, of all runs in this process, in the order that `nextMove` says. A call whose
 * signal aborts leaves at once, with `model.aborted`. Time and chance are inputs: it can be simulated as it is.
 */
export interface ServerQueue {
  enter(entry: Entry): Promise<Place>;
  /** The server said that it is too busy: nothing starts for a while that grows. */
  turnedAway(): void;
  answered(): void;
  /** It was turned away a moment ago: a call would wait. */
  readonly isPaused: boolean;
  view(): QueueView;
}

// Often enough to see what other programs do to the server's memory; asking takes a millisecond and nobody waits for it.
const lookEveryMs = 2_000;

interface Call extends Waiting {
  readonly run: string | null;
  overtakenMs: number;
  start(evicts: string | undefined): void;
}

export function createServerQueue(options: ServerQueueOptions): ServerQueue {
  return new Line(options);
}

class Line implements ServerQueue {
  readonly #options: ServerQueueOptions;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #memory: ServerMemory;
  readonly #look: Look;
  readonly #waiting: Call[] = [];
  /** Models that the server was told to keep for longer than it would. */
  readonly #extended = new Set<string>();
  readonly #running = new Set<{ readonly call: Call; readonly startedAt: EpochMs }>();
  #callsDone = 0;
  #withdrawTimer: () => void = ignore;

  constructor(options: ServerQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#backoff = createBackoff(this.#clock, options.random ?? systemRandom);
    this.#memory = createServerMemory(this.#clock, options.maxLoaded);
    this.#look = createLook(options.resident, this.#clock, (resident, askedAt) => {
      this.#memory.observed(resident, askedAt);
      this.#pump();
    });
  }

  get isPaused(): boolean {
    return this.#backoff.until !== undefined;
  }

  enter({ model, priority = 0, signal, run, since = this.#clock.now() }: Entry): Promise<Place> {
    if (signal.aborted) return Promise.reject(aborted(model, signal.reason));
    const { promise, resolve, reject } = Promise.withResolvers<Place>();
    const abort = (): void => {
      this.#remove(call);
      reject(aborted(model, signal.reason));
      this.#pump();
    };
    const start = (evicts: string | undefined): void => {
      signal.removeEventListener("abort", abort);
      resolve(this.#seat(call, evicts));
    };
    const call: Call = { model, run: run ?? null, priority, since, overtakenMs: 0, start };
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.splice(placeOf(this.#waiting, since), 0, call);
    this.#pump();
    return promise;
  }

  turnedAway(): void {
    this.#backoff.turnedAway();
  }

  answered(): void {
    this.#backoff.answered();
  }

  view(): QueueView {
    return {
      waiting: this.#waiting.length,
      inFlight: this.#running.size,
      calls: this.#calls(),
      callsDone: this.#callsDone,
      loaded: this.#memory.loaded.map(({ model }) => model),
      maxLoaded: this.#memory.maxLoaded,
      parallel: this.#options.parallel,
      loads: this.#memory.loads,
      swaps: this.#memory.swaps,
      pausedUntil: this.#backoff.until,
    };
  }

  /** Starts what may start, and sees to it that it is called again when more may. */
  #pump(): void {
    // Looked at once: where the pause ended between two looks, neither a call nor a timer would start.
    const { until } = this.#backoff;
    for (let move = this.#next(until); move; move = this.#next(until)) {
      this.#remove(move.call);
      move.call.start(move.evicts);
    }
    this.#withdrawTimer();
    const isWaiting = until !== undefined && this.#waiting.length > 0;
    this.#withdrawTimer = isWaiting ? this.#clock.after(until - this.#clock.now(), () => this.#pump()) : ignore;
    if (this.#modelsInPlay() > 1) this.#look();
  }

  #next(pausedUntil: EpochMs | undefined): Move<Call> | undefined {
    // A server that was too busy gets one call at a time until it has answered one.
    if (pausedUntil !== undefined || (this.#backoff.isBusy && this.#running.size > 0)) return undefined;
    return nextMove(this.#state());
  }

  #state(): QueueState<Call> {
    const { parallel, patienceMs } = this.#options;
    const { loaded, lastLoaded, maxLoaded, turnMs } = this.#memory;
    const now = this.#clock.now();
    return { waiting: this.#waiting, loaded, lastLoaded, parallel, maxLoaded, now, patienceMs, turnMs };
  }

  #calls(): QueuedCall[] {
    const now = this.#clock.now();
    const running = [...this.#running].map(({ call: { model, run, since }, startedAt }) => ({
      model,
      run,
      waitingMs: startedAt - since,
      runningMs: now - startedAt,
    }));
    const waiting = this.#waiting.map(({ model, run, since }) => ({
      model,
      run,
      waitingMs: now - since,
      runningMs: null,
    }));
    return [...running, ...waiting];
  }

  #seat(call: Call, evicts: string | undefined): Place {
    const { model, since } = call;
    const startedAt = this.#clock.now();
    const seated = { call, startedAt };
    this.#memory.started(model, evicts);
    this.#running.add(seated);
    let isHere = true;
    const leave = (): void => {
      if (!isHere) return;
      isHere = false;
      this.#running.delete(seated);
      this.#callsDone += 1;
      this.#memory.ended(model);
      this.#noteOvertaken(since, this.#clock.now() - startedAt);
      this.#pump();
    };
    const tookToLoad = (ms: number): void => this.#memory.tookToLoad(ms);
    return { startedAt, keeps: this.#keeps(model), tookToLoad, leave };
  }

  /** A call of several that a model works on at once takes its share of the server. */
  #noteOvertaken(since: EpochMs, tookMs: number): void {
    for (const call of this.#waiting) if (call.since < since) call.overtakenMs += tookMs / this.#options.parallel;
  }

  #keeps(model: string): Place["keeps"] {
    const { maxLoaded } = this.#memory;
    // Where one model fits, the next one pushes it out whatever the server was told; where all fit, none is pushed out.
    const hasChoice = maxLoaded > 1 && maxLoaded < Number.POSITIVE_INFINITY;
    if (!hasChoice || !this.#waiting.some((call) => call.model === model)) {
      return this.#extended.delete(model) ? "default" : undefined;
    }
    this.#extended.add(model);
    return "longer";
  }

  #remove(call: Call): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #modelsInPlay(): number {
    return new Set([...this.#waiting, ...this.#memory.loaded].map(({ model }) => model)).size;
  }
}

/** The line is in order of arrival; a call that comes back stands before those that came after it. */
function placeOf(waiting: readonly Waiting[], since: EpochMs): number {
  const behind = waiting.findIndex((other) => other.since > since);
  return behind < 0 ? waiting.length : behind;
}

/** Asks the server what it holds, unless it was asked just now. Nobody waits for the answer. */
type Look = () => void;

function createLook(
  resident: ServerQueueOptions["resident"],
  clock: Clock,
  tell: (resident: readonly ResidentModel[], askedAt: EpochMs) => void,
): Look {
  let lookedAt = Number.NEGATIVE_INFINITY;
  const ask = async (question: NonNullable<typeof resident>, askedAt: EpochMs): Promise<void> => {
    try {
      tell(await question(new AbortController().signal), askedAt);
    } catch {
      return; // Nothing was learned; the call that comes next says what is wrong with the server.
    }
  };
  return () => {
    if (!resident || clock.now() - lookedAt < lookEveryMs) return;
    lookedAt = clock.now();
    void ask(resident, lookedAt); // Never rejects.
  };
}

const ignore = (): void => undefined;
