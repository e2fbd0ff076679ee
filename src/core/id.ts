import type { EpochMs } from "./clock.ts";
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

/** Begins with its time, so that runs of one time lie together in the database: ids in no order touch a page each. */
export function newRunId(random: Random, at: EpochMs): RunId {
  return `run_${timeText(at)}${newId("", random).slice(1, 1 + randomLength)}` as RunId;
}
/** What the ids of runs that were made at this time begin with; ids from before stand before it, and the others behind. */
export function runTimeStart(at: EpochMs): string {
  return `run_${timeText(at)}`;
}

/** When a run of this id was made; null for an id that does not say. */
export function runTime(id: string): EpochMs | null {
  const text = /^run_([0-9b-z]{9})/.exec(id)?.[1];
  if (text === undefined) return null;
  const digits = Array.from(text, (letter) => alphabet.indexOf(letter));
  return digits.includes(-1) ? null : digits.reduce((time, digit) => time * alphabet.length + digit, 0);
}

export const newReviewId = (random: Random): ReviewId => newId("rev", random) as ReviewId;
export const newWorkerId = (random: Random): WorkerId => newId("wrk", random) as WorkerId;

// 29^9 ms is the year 2429; 29^6 values in each millisecond.
const timeLength = 9;
const randomLength = 6;

function timeText(at: EpochMs): string {
  let text = "";
  for (let rest = Math.max(0, Math.floor(at)), index = 0; index < timeLength; index++) {
    text = `${alphabet[rest % alphabet.length] ?? ""}${text}`;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}
