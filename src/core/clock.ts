/** Milliseconds since 1970-01-01 UTC. */
export type EpochMs = number;

/** Time as an input. The simulation hands in a virtual one. */
export interface Clock {
  now(): EpochMs;
  /** Calls `callback` once, `delayMs` from now; the returned function withdraws it. */
  after(delayMs: number, callback: () => void): () => void;
}

// Taken before a flow host guards the global `Date` against use in flow bodies.
const systemNow = Date.now;
// setTimeout fires at once beyond this delay (2^31 - 1 ms), so longer waits are cut and asked again by their owner.
const longestTimerMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => systemNow(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), longestTimerMs));
    return () => clearTimeout(timer);
  },
};
