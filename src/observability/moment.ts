import type { EpochMs } from "../core/clock.ts";
import { TuttiError } from "../core/error.ts";
import { timeHint, toTime } from "../core/query.ts";

/** How an instant may be given, for who describes an input. */
export const momentText = "how long ago, such as 24h or 7d, or a date: 2026-11-25T08:00";

/** `usage.invalid` where it is no time, with the name of what it was given for. */
export function toMoment(value: string | undefined, now: EpochMs, name: string): EpochMs | undefined {
  if (value === undefined) return undefined;
  const time = toTime(value, now);
  if (time !== null) return time;
  throw new TuttiError("usage.invalid", `${name}: "${value}" is no time`, { hint: `${timeHint}.` });
}
