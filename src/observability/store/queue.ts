import type { LogRecord, RecordAttributes, SeriesPoint, SpanRecord } from "../record.ts";
import type { Batch } from "./batch.ts";

type Told = { readonly span: SpanRecord } | { readonly log: LogRecord } | { readonly point: SeriesPoint };

/** A record that waits, with the characters of its attributes: long ones are what fills memory. */
export type Entry = Told & { readonly weight: number };

/** What waits to be stored, in its order. */
export interface Queue {
  readonly length: number;
  /** False where there is no room for it. */
  add(entry: Entry): boolean;
  /** Whether a batch can be filled. */
  hasBatch(): boolean;
  /** The next that are stored together. */
  next(): Batch;
  /** Gives how many there were. */
  clear(): number;
}

// While a batch is written down for the thread, the engine stands still: half a millisecond for this many.
const mostInBatch = 200;
const mostBatchWeight = 1_000_000;
const mostWaiting = 20_000;
const mostWeight = 32_000_000;

export function createQueue(): Queue {
  const entries: Entry[] = [];
  let weight = 0;
  return {
    get length() {
      return entries.length;
    },
    add(entry) {
      if (entries.length >= mostWaiting || weight + entry.weight > mostWeight) return false;
      weight += entry.weight;
      entries.push(entry);
      return true;
    },
    hasBatch: () => entries.length >= mostInBatch || weight >= mostBatchWeight,
    next() {
      let count = 0;
      let taken = 0;
      while (count < Math.min(entries.length, mostInBatch) && taken < mostBatchWeight) {
        taken += entries[count]?.weight ?? 0;
        count += 1;
      }
      weight -= taken;
      return toBatch(entries.splice(0, count));
    },
    clear() {
      weight = 0;
      return entries.splice(0).length;
    },
  };
}

function toBatch(entries: readonly Entry[]): Batch {
  return {
    spans: entries.flatMap((entry) => ("span" in entry ? entry.span : [])),
    logs: entries.flatMap((entry) => ("log" in entry ? entry.log : [])),
    points: entries.flatMap((entry) => ("point" in entry ? entry.point : [])),
  };
}

export function weightOf(attributes: RecordAttributes): number {
  let weight = 0;
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === "string") weight += value.length;
    else if (Array.isArray(value)) weight += 20 * value.length;
  }
  return weight;
}
