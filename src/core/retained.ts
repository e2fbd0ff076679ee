import type { EpochMs } from "./clock.ts";

export interface Pruning {
  /** What is older goes. */
  readonly before: EpochMs;
  readonly signal: AbortSignal;
  /** To be awaited between two transactions: steps that wait come in there. */
  readonly pause?: () => Promise<void>;
}

/** What pruning would take away. */
export interface PrunePreview {
  readonly count: number;
  /** Null where that cannot be told without doing it. */
  readonly bytes: number | null;
}

/**
 * Something of a room that is kept for a while: the storage room prunes it by age, and by size when the data folder is
 * larger than it may be. What still works, waits or is asked is never part of it.
 */
export interface Retained {
  /** `telemetry.spans`, `runs`: unique, for people and for settings. */
  readonly name: string;
  readonly summary: string;
  /** Lower goes first where there is too much; figures that others are made of go last. */
  readonly order: number;
  /** How long it is kept, milliseconds. */
  readonly keepMs: number;
  /** What is younger stays, however large the data folder is. Default: ten minutes. */
  readonly leastMs?: number;
  /** When the oldest of it is from; null where there is nothing. */
  oldest(): Promise<EpochMs | null>;
  /** Removes it in small transactions, each of them whole. Gives how many things have gone. */
  prune(pruning: Pruning): Promise<number>;
  /** Counts what `prune` would remove, in small reads. */
  preview?(pruning: Pruning): Promise<PrunePreview>;
  /** Bytes that it takes, where that can be told without reading it all. */
  bytes?(): Promise<number | null>;
  /** Gives what was freed back to the file system; not there where pruning does that by itself. */
  shrink?(signal: AbortSignal): Promise<void>;
}

/** In which order kinds of things go where the data folder is too large. Told in docs/storage.md. */
export const pruneOrder = {
  spans: 20,
  logs: 30,
  points: 40,
  events: 50,
  signals: 55,
  runs: 60,
  calls: 70,
  reviews: 80,
} as const;
