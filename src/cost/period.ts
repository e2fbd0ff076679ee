import type { EpochMs } from "../core/clock.ts";

export const periodKinds = ["run", "hour", "day", "month", "total"] as const;
export type PeriodKind = (typeof periodKinds)[number];

/** The hour that a time lies in, in a named zone: `2026-11-25T09+01:00`. Its beginnings are the day and the month. */
export interface Calendar {
  readonly timeZone: string;
  hourOf(at: EpochMs): string;
  /** When the next hour, day or month begins. */
  endOf(kind: "hour" | "day" | "month", at: EpochMs): EpochMs;
}

// Zones differ from each other by a multiple of this.
const stepMs = 15 * 60_000;

export function createCalendar(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
    // The hour that comes twice in autumn is two hours: its offset tells them apart.
    timeZoneName: "longOffset",
  });
  let known = { from: Number.NaN, hour: "" };
  const hourOf = (at: EpochMs): string => {
    const from = Math.floor(at / stepMs);
    if (known.from !== from) known = { from, hour: describe(format, at) };
    return known.hour;
  };
  return {
    timeZone,
    hourOf,
    endOf(kind, at) {
      const length = lengths[kind];
      const now = hourOf(at).slice(0, length);
      let next = (Math.floor(at / stepMs) + 1) * stepMs;
      while (describe(format, next).slice(0, length) === now) next += stepMs;
      return next;
    },
  };
}

// Of `2026-11-25T09+01:00`.
const lengths = { hour: 19, day: 10, month: 7 } as const;

export const dayOf = (hour: string): string => hour.slice(0, lengths.day);
export const monthOf = (hour: string): string => hour.slice(0, lengths.month);

function describe(format: Intl.DateTimeFormat, at: EpochMs): string {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}${offset}`;
}

/** Whether the name is one that this machine knows, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // Intl throws a RangeError for exactly this
  }
}
