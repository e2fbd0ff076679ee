import type { Random } from "./random.ts";

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type RunId = Id<"RunId">;
export type ReviewId = Id<"ReviewId">;
/** One life of a worker: a new one for every start, never reused. */
export type WorkerId = Id<"WorkerId">;

// No vowels and no look-alikes, so that an id can be read aloud and never spells a word.
const alphabet = "0123456789bcdfghjkmnpqrstvwxz";

/** `prefix_` and 12 characters (58 bits). */
export function newId(prefix: string, random: Random): string {
  let text = `${prefix}_`;
  for (let index = 0; index < 12; index++) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

export const newRunId = (random: Random): RunId => newId("run", random) as RunId;
export const newReviewId = (random: Random): ReviewId => newId("rev", random) as ReviewId;
export const newWorkerId = (random: Random): WorkerId => newId("wrk", random) as WorkerId;
