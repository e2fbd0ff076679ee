import type { EpochMs } from "../../core/clock.ts";
import type { Rule } from "./rule.ts";

export const missedPolicies = ["skip", "once", "all"] as const;
export type MissedPolicy = (typeof missedPolicies)[number];

/** Due times that get no run, as one. */
export interface Span {
  readonly first: EpochMs;
  readonly last: EpochMs;
  /** Counted up to `mostCounted`. */
  readonly count: number;
}

/** What one transaction does about a schedule that is due. */
export interface Turn {
  readonly missed: Span | null;
  /** The due time that gets a run. */
  readonly fire: EpochMs | null;
  readonly next: EpochMs | null;
  /** Up to here everything due is dealt with. */
  readonly reckoned: EpochMs;
}

/** What comes later than this was missed; a busy host, or one that is started anew, is within it. */
export const lateAfterMs = 10_000;
/** More are not caught up with: a host that was away for a month would drown in them. */
export const mostCaughtUp = 100;
export const mostCounted = 1_000;

/** Decides from the stored due time and the clock alone, so that every process, and each after a crash, comes to the same. */
export function decideTurn(rule: Rule, { dueAt, now, policy }: TurnRequest): Turn {
  if (now - dueAt <= lateAfterMs) return fire(rule, dueAt, null);
  if (policy === "skip") {
    const next = rule.after(now - lateAfterMs - 1);
    const missed = spanBefore(rule, dueAt, next ?? now);
    return { missed, fire: null, next, reckoned: missed?.last ?? dueAt };
  }
  const mostFired = policy === "all" ? mostCaughtUp : 1;
  const first = rule.latest(now, mostFired).find((at) => at >= dueAt) ?? dueAt;
  return fire(rule, first, spanBefore(rule, dueAt, first));
}

export interface TurnRequest {
  readonly dueAt: EpochMs;
  readonly now: EpochMs;
  readonly policy: MissedPolicy;
}

function fire(rule: Rule, at: EpochMs, missed: Span | null): Turn {
  return { missed, fire: at, next: rule.after(at), reckoned: at };
}

/** The due times from `first` on that lie before `end`; null where there are none. */
function spanBefore(rule: Rule, first: EpochMs, end: EpochMs): Span | null {
  if (first >= end) return null;
  const last = rule.latest(end - 1, 1).find((at) => at >= first) ?? first;
  let count = 1;
  for (let at: EpochMs | null = first; at !== null && at < last && count < mostCounted; count++) at = rule.after(at);
  return { first, last, count };
}
