import type { Clock, EpochMs } from "../core/clock.ts";
import type { Loaded } from "./scheduler-order.ts";

/** A model in a server's memory, as the server tells. */
export interface ResidentModel {
  readonly model: string;
  /** When the server will unload it unless it is used. */
  readonly expiresAt?: EpochMs | undefined;
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
  const held = new Map<string, Held>();
  const lastLoaded = new Map<string, EpochMs>();
  let lesson: { readonly fits: number; readonly until: EpochMs } | undefined;
  let [loads, swaps] = [0, 0];
  let usualLoadMs: number | undefined;
  const drop = (model: string): void => {
    if (held.delete(model)) lastLoaded.set(model, clock.now());
  };
  const add = (model: string, inFlight: number): void => {
    const now = clock.now();
    held.set(model, { model, inFlight, turnSince: now, usedAt: now, expiresAt: undefined });
  };
  return {
    get loaded() {
      return [...held.values()];
    },
    lastLoaded,
    get maxLoaded() {
      return lesson && lesson.until > clock.now() ? Math.min(lesson.fits, maxLoaded) : maxLoaded;
    },
    get turnMs() {
      return Math.min(turnPerLoad * (usualLoadMs ?? 0), longestTurnMs);
    },
    get loads() {
      return loads;
    },
    get swaps() {
      return swaps;
    },
    started(model, evicts) {
      if (evicts !== undefined) drop(evicts);
      const known = held.get(model);
      if (known) known.inFlight += 1;
      else {
        loads += 1;
        // The first model of a process takes nobody's place that we know of.
        if (evicts !== undefined) swaps += 1;
        add(model, 1);
      }
    },
    ended(model) {
      const known = held.get(model);
      if (!known) return;
      known.inFlight -= 1;
      known.usedAt = clock.now();
    },
    tookToLoad(ms) {
      if (ms < leastLoadMs) return;
      usualLoadMs = usualLoadMs === undefined ? ms : usualLoadMs + (ms - usualLoadMs) / 4;
    },
    observed(resident, askedAt) {
      const told = new Map(resident.map((entry) => [entry.model, entry]));
      // What was used after the question may not be in the answer yet.
      const missing = [...held.values()].filter(({ model, usedAt }) => !told.has(model) && usedAt < askedAt);
      const isPushedOut = missing.some(({ expiresAt }) => expiresAt !== undefined && expiresAt > askedAt);
      for (const { model, inFlight } of missing) if (inFlight === 0) drop(model);
      const room = Math.max(maxLoaded, told.size);
      for (const { model, expiresAt } of resident) {
        // Beyond that, our own call in flight is about to push it out.
        if (!held.has(model) && held.size < room) add(model, 0);
        const known = held.get(model);
        if (known) known.expiresAt = expiresAt;
      }
      if (isPushedOut) lesson = { fits: Math.max(1, told.size), until: clock.now() + lessonMs };
      else if (lesson && told.size > lesson.fits) lesson = { ...lesson, fits: told.size };
    },
  };
}
