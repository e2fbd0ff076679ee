import type { Clock } from "../../core/clock.ts";
import type { LogRecord, RecordAttributes, SeriesPoint, SpanRecord } from "../record.ts";
import type { Batch, Stored } from "./batch.ts";
import type { TelemetryCounts, TelemetrySink } from "./telemetry-store.ts";

export interface BufferOptions {
  readonly clock: Clock;
  /** Stores a batch; never rejects. */
  readonly ingest: (batch: Batch) => Promise<Stored>;
}

/** What waits to be stored: handed on soon, in small pieces, few at a time. What there is no room for is dropped. */
export interface TelemetryBuffer {
  readonly sink: TelemetrySink;
  counts(): TelemetryCounts;
  /** When all that was handed in before has been stored, dropped or has failed. */
  flush(): Promise<void>;
  isEmpty(): boolean;
  /** Takes nothing more; what it has is handed on by `flush` alone. */
  close(): void;
  /** Drops what still waits. */
  abandon(): void;
}

type Entry = ({ readonly span: SpanRecord } | { readonly log: LogRecord } | { readonly point: SeriesPoint }) & {
  readonly weight: number;
};

interface Flush {
  readonly upTo: number;
  readonly resolve: () => void;
}

// While a batch is written down for the thread, the engine stands still: half a millisecond for this many.
const mostInBatch = 200;
const mostInFlight = 4;
const mostWaiting = 20_000;
// Characters of attributes: long ones are what fills memory.
const mostBatchWeight = 1_000_000;
const mostWeight = 32_000_000;
const pauseMs = 1_000;

export function createBuffer({ clock, ingest }: BufferOptions): TelemetryBuffer {
  const queue: Entry[] = [];
  const flushes: Flush[] = [];
  const counts = { accepted: 0, dropped: 0, failed: 0 };
  let weight = 0;
  let inFlight = 0;
  let handedIn = 0;
  let isClosed = false;
  let withdraw: (() => void) | undefined;

  function take(entries: readonly Entry[]): void {
    handedIn += entries.length;
    for (const entry of entries) {
      if (isClosed || queue.length >= mostWaiting || weight + entry.weight > mostWeight) {
        counts.dropped += 1;
        continue;
      }
      weight += entry.weight;
      queue.push(entry);
    }
    if (queue.length >= mostInBatch || weight >= mostBatchWeight) send(mostInBatch);
    if (queue.length > 0 && !isClosed) withdraw ??= clock.after(pauseMs, sendRest);
  }

  /** As many batches as may be on their way, while at least so many records wait. */
  function send(least: number): void {
    while (inFlight < mostInFlight && queue.length > 0 && (queue.length >= least || weight >= mostBatchWeight)) {
      inFlight += 1;
      const batch = toBatch(nextEntries());
      void ingest(batch).then(settle);
    }
  }

  function nextEntries(): Entry[] {
    let count = 0;
    let taken = 0;
    while (count < Math.min(queue.length, mostInBatch) && taken < mostBatchWeight) {
      taken += queue[count]?.weight ?? 0;
      count += 1;
    }
    weight -= taken;
    return queue.splice(0, count);
  }

  function sendRest(): void {
    withdraw = undefined;
    send(1);
    if (queue.length > 0) withdraw ??= clock.after(pauseMs, sendRest);
  }

  function settle({ accepted, failed }: Stored): void {
    inFlight -= 1;
    counts.accepted += accepted;
    counts.failed += failed;
    // Batches are stored in the order of sending, so a count says which of them are done.
    const settled = counts.accepted + counts.dropped + counts.failed;
    while (flushes[0] !== undefined && flushes[0].upTo <= settled) flushes.shift()?.resolve();
    send(flushes.length > 0 ? 1 : mostInBatch);
  }

  return {
    sink: {
      spans: (records) => take(records.map((span) => ({ span, weight: weightOf(span.attributes) }))),
      logs: (records) => take(records.map((log) => ({ log, weight: weightOf(log.attributes) + log.message.length }))),
      points: (points) => take(points.map((point) => ({ point, weight: 0 }))),
    },
    counts: () => ({ ...counts }),
    isEmpty: () => queue.length === 0 && inFlight === 0,
    async flush() {
      if (queue.length === 0 && inFlight === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      flushes.push({ upTo: handedIn, resolve });
      send(1);
      await promise;
    },
    close() {
      isClosed = true;
      withdraw?.();
      withdraw = undefined;
    },
    abandon() {
      counts.dropped += queue.splice(0).length;
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

function weightOf(attributes: RecordAttributes): number {
  let weight = 0;
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === "string") weight += value.length;
    else if (Array.isArray(value)) weight += 20 * value.length;
  }
  return weight;
}
