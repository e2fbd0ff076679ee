import type { Clock } from "../core/clock.ts";

// As much rest as work, within these bounds: steps that wait come in between, and a large prune ends all the same.
const shortestRestMs = 1;
const longestRestMs = 50;

/** A rest between two pieces of work that keep the database, as long as the last piece has taken. */
export function createPace(clock: Clock, between: () => Promise<unknown> = async () => undefined): () => Promise<void> {
  let began = performance.now();
  return async () => {
    await between();
    const restMs = Math.min(longestRestMs, Math.max(shortestRestMs, performance.now() - began));
    await new Promise<void>((resolve) => void clock.after(restMs, resolve));
    began = performance.now();
  };
}
