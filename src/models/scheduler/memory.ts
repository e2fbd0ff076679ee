import type { Clock, EpochMs } from "../../core/clock.ts";
import type { Loaded } from "./order.ts";

/** A model in a server's memory, as the server tells. */
export interface ResidentModel {
  readonly model: string;
  /** When the server will unload it unless it is used. */
  readonly expiresAt?: EpochMs | undefined;
  /** What it takes of memory, and how much of that is a graphics card's. */
  readonly bytes?: number | undefined;
  readonly vramBytes?: number | undefined;
}

/** What a server has in memory, by our own calls and by what it told last. */
export interface ServerMemory {
  readonly loaded: readonly Loaded[];
  readonly lastLoaded: ReadonlyMap<string, EpochMs>;
  /** What fits together: what is configured, or less where the server was seen to hold less. */
  readonly maxLoaded: number;
  /** How long a model that has work stays: as many times as long as its loading took that this is a small part of it. */
  readonly turnMs: number;
  /** Our calls that loaded a model, and those that another model had to make room for. */
  readonly loads: number;
  readonly swaps: number;
  started(model: string, evicts: string | undefined): void;
  ended(model: string): void;
  /** The server told how long it took to load a model for a call. */
  tookToLoad(ms: number): void;
  /** What the server told, asked at `askedAt`. */
  observed(resident: readonly ResidentModel[], askedAt: EpochMs): void;
}

// A memory that was full an hour ago may have room now; trying costs one load.
const lessonMs = 600_000;

// Of the time that models work, a ninth at most is lost to loading where several have endless work.
const turnPerLoad = 9;
const longestTurnMs = 300_000;
// What is less is not a load but the look that finds the model there.
const leastLoadMs = 100;

type Held = { -readonly [Key in keyof Loaded]: Loaded[Key] } & { expiresAt: EpochMs | undefined };

export function createServerMemory(clock: Clock, maxLoaded: number): ServerMemory {
  return new Memory(clock, maxLoaded);
}

class Memory implements ServerMemory {
  readonly lastLoaded = new Map<string, EpochMs>();
  loads = 0;
  swaps = 0;
  readonly #clock: Clock;
  readonly #maxLoaded: number;
  readonly #held = new Map<string, Held>();
  #lesson: { readonly fits: number; readonly until: EpochMs } | undefined;
  #usualLoadMs: number | undefined;

  constructor(clock: Clock, maxLoaded: number) {
    this.#clock = clock;
    this.#maxLoaded = maxLoaded;
  }

  get loaded(): readonly Loaded[] {
    return [...this.#held.values()];
  }

  get maxLoaded(): number {
    const lesson = this.#lesson;
    const isValid = lesson !== undefined && lesson.until > this.#clock.now();
    return isValid ? Math.min(lesson.fits, this.#maxLoaded) : this.#maxLoaded;
  }

  get turnMs(): number {
    return Math.min(turnPerLoad * (this.#usualLoadMs ?? 0), longestTurnMs);
  }

  started(model: string, evicts: string | undefined): void {
    if (evicts !== undefined) this.#drop(evicts);
    const known = this.#held.get(model);
    if (known) {
      known.inFlight += 1;
      return;
    }
    this.loads += 1;
    // The first model of a process takes nobody's place that we know of.
    if (evicts !== undefined) this.swaps += 1;
    this.#add(model, 1);
  }

  ended(model: string): void {
    const known = this.#held.get(model);
    if (!known) return;
    known.inFlight -= 1;
    known.usedAt = this.#clock.now();
  }

  tookToLoad(ms: number): void {
    if (ms < leastLoadMs) return;
    this.#usualLoadMs = this.#usualLoadMs === undefined ? ms : this.#usualLoadMs + (ms - this.#usualLoadMs) / 4;
  }

  observed(resident: readonly ResidentModel[], askedAt: EpochMs): void {
    const told = new Map(resident.map((entry) => [entry.model, entry]));
    // What was used after the question may not be in the answer yet.
    const missing = this.loaded.filter(({ model, usedAt }) => !told.has(model) && usedAt < askedAt);
    const isPushedOut = missing.some(({ model }) => (this.#held.get(model)?.expiresAt ?? 0) > askedAt);
    for (const { model, inFlight } of missing) if (inFlight === 0) this.#drop(model);
    const room = Math.max(this.#maxLoaded, told.size);
    for (const { model, expiresAt } of resident) {
      // Beyond that, our own call in flight is about to push it out.
      if (!this.#held.has(model) && this.#held.size < room) this.#add(model, 0);
      const known = this.#held.get(model);
      if (known) known.expiresAt = expiresAt;
    }
    if (isPushedOut) this.#lesson = { fits: Math.max(1, told.size), until: this.#clock.now() + lessonMs };
    else if (this.#lesson && told.size > this.#lesson.fits) this.#lesson = { ...this.#lesson, fits: told.size };
  }

  #drop(model: string): void {
    if (this.#held.delete(model)) this.lastLoaded.set(model, this.#clock.now());
  }

  #add(model: string, inFlight: number): void {
    const now = this.#clock.now();
    this.#held.set(model, { model, inFlight, turnSince: now, usedAt: now, expiresAt: undefined });
  }
}
