import { hash } from "node:crypto";
import type { EpochUs } from "../../record.ts";

/** A point of a series as it came: what was counted from `start` to `at`. */
export interface CountedPoint {
  /** Whose it is: who sent it, its name, its attributes. */
  readonly identity: string;
  /** Undefined where the sender does not tell. */
  readonly start: EpochUs | undefined;
  readonly at: EpochUs;
  /** Whatever adds up; the first can only grow, so that it falls is a restart of the sender. */
  readonly values: readonly number[];
}

/** What has been added since the point before. Null for a point that was counted already. */
export interface Deltas {
  ofCumulative(point: CountedPoint): readonly number[] | null;
  ofDelta(point: CountedPoint): readonly number[] | null;
  /** For a sum that also falls and comes as changes: what it stands at, from 0 where we first heard of it. */
  standing(point: CountedPoint): number | null;
}

export interface DeltasOptions {
  /** When we began to listen: what began later we know from its beginning. */
  readonly since: EpochUs;
  readonly mostSeries: number;
}

interface Known {
  readonly at: EpochUs;
  readonly values: readonly number[];
}

/**
 * Remembers the last point of each series, the oldest of which are forgotten where there are too many. The past of a series
 * that began before us is not counted: it may have been, before a restart.
 */
export function createDeltas({ since, mostSeries }: DeltasOptions): Deltas {
  const known = new Map<string, Known>();
  let knownSince = since;
  const keep = (key: string, entry: Known): void => {
    known.delete(key);
    known.set(key, entry);
    if (known.size <= mostSeries) return;
    const [[oldest, forgotten] = ["", { at: 0 }]] = known;
    known.delete(oldest);
    // What began before this moment may be what was forgotten, and was counted.
    knownSince = Math.max(knownSince, forgotten.at);
  };
  return {
    ofCumulative(point) {
      const key = keyOf(point);
      const before = known.get(key);
      if (before && before.at >= point.at) return null;
      keep(key, point);
      if (before) return isRestart(before, point) ? point.values : minus(point.values, before.values);
      return (point.start ?? 0) >= knownSince ? point.values : point.values.map(() => 0);
    },
    ofDelta(point) {
      const key = keyOf(point);
      const before = known.get(key);
      if (before && before.at === point.at) return null;
      keep(key, { at: point.at, values: [] });
      return point.values;
    },
    standing(point) {
      const key = hash("sha1", point.identity, "base64");
      const before = known.get(key);
      if (before && before.at === point.at) return null;
      const value = (before?.values[0] ?? 0) + (point.values[0] ?? 0);
      keep(key, { at: point.at, values: [value] });
      return value;
    },
  };
}

// Two senders may have one identity; when they began tells them apart.
function keyOf({ identity, start = 0 }: CountedPoint): string {
  return hash("sha1", `${start} ${identity}`, "base64");
}

function isRestart(before: Known, { values }: CountedPoint): boolean {
  return values.length !== before.values.length || (values[0] ?? 0) < (before.values[0] ?? 0);
}

function minus(values: readonly number[], before: readonly number[]): readonly number[] {
  return values.map((value, index) => value - (before[index] ?? 0));
}
