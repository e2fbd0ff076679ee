import type { EpochMs } from "../../core/clock.ts";
import type { Labels } from "./rule.ts";

/** What somebody has said to a firing alert; it ends with the firing. */
export interface Acknowledgement {
  readonly at: EpochMs;
  readonly by: string;
  readonly note: string;
}

/** A set of labels for which a rule is pending or firing; where there is none it is normal. */
export interface Instance {
  /** The labels as text. */
  readonly key: string;
  readonly labels: Labels;
  readonly state: "pending" | "firing";
  /** Since when it is in this state. */
  readonly since: EpochMs;
  /** Since when it is so, as far as anybody has looked. */
  readonly activeSince: EpochMs;
  /** Since when it is no longer so; null while it is. */
  readonly clearSince: EpochMs | null;
  readonly value: number;
  /** When people were last told that it fires; null while they were not. */
  readonly toldAt: EpochMs | null;
  readonly ack: Acknowledgement | null;
}

/** What a rule's query has given for one set of labels. */
export interface Observation {
  readonly key: string;
  readonly labels: Labels;
  readonly value: number;
}

export type InstanceState = "normal" | Instance["state"];

export interface Change {
  readonly labels: Labels;
  readonly before: InstanceState;
  readonly state: InstanceState;
  readonly value: number;
  readonly at: EpochMs;
}

export interface Look {
  readonly now: EpochMs;
  /** How long nobody has looked before this: what was so then is not known, and counts for neither side. */
  readonly unseenMs: number;
  readonly forMs: number;
}

/**
 * A firing alert is resolved when it has not been so for this long: one that comes and goes within a minute is one alert
 * and not ten.
 */
export const holdMs = 60_000;

/** One step of an alert's life; `next` is null where it is normal again. */
export function advance(
  known: Instance | undefined,
  seen: Observation | undefined,
  look: Look,
): { readonly next: Instance | null; readonly change: Change | null } {
  if (seen === undefined) return known === undefined ? { next: null, change: null } : fade(known, look);
  return rise(known ?? begin(seen, look.now), { seen, isNew: known === undefined }, look);
}

function begin({ key, labels, value }: Observation, now: EpochMs): Instance {
  return {
    key,
    labels,
    state: "pending",
    since: now,
    activeSince: now,
    clearSince: null,
    value,
    toldAt: null,
    ack: null,
  };
}

/** It is so. */
function rise(
  known: Instance,
  { seen, isNew }: { readonly seen: Observation; readonly isNew: boolean },
  { now, unseenMs, forMs }: Look,
): { readonly next: Instance; readonly change: Change | null } {
  const before: InstanceState = isNew ? "normal" : known.state;
  const activeSince = known.state === "pending" && !isNew ? known.activeSince + unseenMs : known.activeSince;
  const state = known.state === "firing" || now - activeSince >= forMs ? "firing" : "pending";
  const since = state === before ? known.since : now;
  const next = { ...known, state, since, activeSince, clearSince: null, value: seen.value } as const;
  return { next, change: state === before ? null : changeOf(next, before, now) };
}

/** It is not so. */
function fade(
  known: Instance,
  { now, unseenMs }: Look,
): { readonly next: Instance | null; readonly change: Change | null } {
  const clearSince = known.clearSince === null ? now : known.clearSince + unseenMs;
  const isOver = known.state === "pending" || now - clearSince >= holdMs;
  if (!isOver) return { next: { ...known, clearSince }, change: null };
  return { next: null, change: { ...changeOf(known, known.state, now), state: "normal" } };
}

function changeOf({ labels, state, value }: Instance, before: InstanceState, at: EpochMs): Change {
  return { labels, before, state, value, at };
}
