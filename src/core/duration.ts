import { TuttiError } from "./error.ts";

/** Milliseconds, or text such as `"300ms"`, `"2s"`, `"5m"`, `"1.5h"`, `"7d"`. */
export type Duration = number | string;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in milliseconds; `usage.invalid` for anything that is not one. */
export function toMs(duration: Duration): number {
  if (typeof duration === "number") {
    if (Number.isFinite(duration) && duration >= 0) return duration;
    throw notADuration(duration);
  }
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(duration);
  const factor = unitMs[match?.[2] ?? ""];
  if (!match || factor === undefined) throw notADuration(duration);
  return Math.round(Number(match[1]) * factor);
}

/** Whether a setting may be it; what to say where it is not stands beside it. */
export function isDuration(value: Duration): boolean {
  try {
    toMs(value);
    return true;
  } catch {
    return false; // toMs throws for nothing else
  }
}

export const notADurationText = 'is not a duration; write milliseconds or text such as "300ms", "2s", "5m"';

/** A span of time for people: `41 ms`, `3.6 s`, `12 min`, `2 h 5 min`. */
export function formatMs(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function notADuration(value: unknown): TuttiError {
  return new TuttiError("usage.invalid", `${JSON.stringify(value)} is not a duration`, {
    hint: 'Write milliseconds as a number, or text such as "300ms", "2s", "5m", "1h", "7d".',
  });
}
