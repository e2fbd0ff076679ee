import { isDuration, toMs } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import type { EpochMs } from "../core/clock.ts";

/** How an instant may be given: `24h` ago, or a date as ISO 8601 writes it, in UTC unless it says otherwise. */
export const momentText = "how long ago, such as 24h or 7d, or a date: 2026-11-25T08:00";

/** `usage.invalid` where it is neither, with the name of what it was given for. */
export function toMoment(value: string | undefined, now: EpochMs, name: string): EpochMs | undefined {
  if (value === undefined) return undefined;
  if (isDuration(value)) return now - toMs(value);
  const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(inUtc(value)) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new TuttiError("usage.invalid", `${name}: "${value}" is no time`, { hint: `Write ${momentText}.` });
}

function inUtc(value: string): string {
  return /T.*[\d:]$/.test(value) && !/[+-]\d{2}:?\d{2}$/.test(value) ? `${value}Z` : value;
}
