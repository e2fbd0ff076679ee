import type { EpochMs } from "../../core/clock.ts";
import type { Trouble } from "./alert-store.ts";
import type { HistoryState, StoredChange } from "./history.ts";
import { labelKey } from "./labels.ts";
import type { Instance } from "./state.ts";

/** A stretch of a rule's last hours in one state; what lies between the stretches was normal. */
export interface Stretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly state: Exclude<HistoryState, "normal">;
}

export interface TimelineRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

// What is drawn where several are at once.
const weights: Readonly<Record<HistoryState, number>> = { normal: 0, no_data: 1, pending: 2, error: 3, firing: 4 };

/** How a rule stood over a time: of its changes, newest first, and of how it stands now. */
export function timelineOf(
  changes: readonly StoredChange[],
  now: { readonly instances: readonly Instance[]; readonly trouble: Trouble | undefined },
  { from, to }: TimelineRange,
): Stretch[] {
  // Of each set of labels, going back in time: its state, and until when it was in it.
  const tracks = new Map<string, Track>(now.instances.map(({ key, state }) => [key, { state, to }]));
  if (now.trouble) tracks.set(wholeRule, { state: now.trouble.state, to });
  const stretches: Stretch[] = [];
  const close = (track: Track | undefined, at: EpochMs): void => {
    if (track && track.state !== "normal" && track.to > at)
      stretches.push({ from: at, to: track.to, state: track.state });
  };
  for (const { at, labels, before } of changes) {
    const key = labels === null ? wholeRule : labelKey(labels);
    close(tracks.get(key), at);
    tracks.set(key, { state: before, to: at });
  }
  for (const track of tracks.values()) close(track, from);
  return merged(stretches);
}

interface Track {
  readonly state: HistoryState;
  readonly to: EpochMs;
}

// No set of labels is written like this.
const wholeRule = "";

/** One line of many: at each time the weightiest. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const edges = [...new Set(stretches.flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b);
  const line: Stretch[] = [];
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1];
    const there =
      to === undefined ? [] : stretches.filter((one) => one.from <= from && one.to >= to && one.to > one.from);
    const state = there.toSorted((a, b) => weights[b.state] - weights[a.state])[0]?.state;
    if (to === undefined || state === undefined) continue;
    const last = line.at(-1);
    if (last?.state === state && last.to === from) line[line.length - 1] = { ...last, to };
    else line.push({ from, to, state });
  }
  return line;
}
