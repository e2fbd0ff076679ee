import type { Clock, EpochMs } from "../core/clock.ts";
import type { Layer } from "./keeper.ts";

/** How far one layer of a pull has come. */
export interface TransferProgress {
  readonly type: "transfer";
  /** What is transferred, as short as it can be told. */
  readonly text: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Of the last seconds; null until there is something to measure. */
  readonly bytesPerSecond: number | null;
  readonly etaMs: number | null;
}

export interface PullMeter {
  /** What to tell, or null when that was told just now. */
  take(layer: Layer): TransferProgress | null;
  /** Every layer so far, as far as it came. */
  readonly layers: readonly Layer[];
}

// A server says how far it is some 15 times a second; nobody reads that fast.
const tellEveryMs = 250;
// Long enough to even out bursts, short enough to follow a line that became slow.
const windowMs = 10_000;
const leastMs = 500;

interface Mark {
  readonly at: EpochMs;
  readonly doneBytes: number;
}

/** Counts what comes now: what an earlier pull had left counts as done, not as speed. */
export function createPullMeter(clock: Clock): PullMeter {
  const layers = new Map<string, Layer>();
  const marks = new Map<string, Mark[]>();
  const toldAt = new Map<string, EpochMs>();
  return {
    get layers() {
      return [...layers.values()];
    },
    take(layer) {
      const now = clock.now();
      const { digest, doneBytes, totalBytes } = layer;
      const known = layers.get(digest);
      layers.set(digest, layer);
      const recent = [...(marks.get(digest) ?? []), { at: now, doneBytes }].filter(({ at }) => now - at <= windowMs);
      marks.set(digest, recent);
      const isEnd = doneBytes >= totalBytes;
      const isSame = known?.doneBytes === doneBytes;
      if (isSame || (!isEnd && now - (toldAt.get(digest) ?? Number.NEGATIVE_INFINITY) < tellEveryMs)) return null;
      toldAt.set(digest, now);
      const bytesPerSecond = speed(recent);
      const leftBytes = totalBytes - doneBytes;
      const etaMs = bytesPerSecond === null || bytesPerSecond <= 0 ? null : (leftBytes / bytesPerSecond) * 1_000;
      return { type: "transfer", text: shortDigest(digest), doneBytes, totalBytes, bytesPerSecond, etaMs };
    },
  };
}

/** As the server names a layer in its own words: without the kind of hash, twelve letters. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}

function speed(marks: readonly Mark[]): number | null {
  const [first] = marks;
  const last = marks.at(-1);
  if (!first || !last || last.at - first.at < leastMs) return null;
  return ((last.doneBytes - first.doneBytes) / (last.at - first.at)) * 1_000;
}
