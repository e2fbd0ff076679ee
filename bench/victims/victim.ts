import { setTimeout } from "node:timers/promises";

/** Enough steps for a kill in the middle, long enough each to be cut off. */
export const victimSteps = { count: 200, durationMs: 20 };

export async function sleep(durationMs: number): Promise<void> {
  await setTimeout(durationMs);
}
