import type { Clock } from "../../core/clock.ts";
import type { Batch, Stored } from "./batch.ts";
import { createQueue, weightOf, type Entry } from "./queue.ts";
import type { TelemetryCounts, TelemetrySink } from "./telemetry-store.ts";

export interface BufferOptions {
  readonly clock: Clock;
  /** Stores a batch; never rejects. */
  readonly ingest: (batch: Batch) => Promise<Stored>;
}

/** What waits to be stored: handed on soon, in small pieces, few at a time. What there is no room for is dropped. */
export interface TelemetryBuffer {
  readonly sink: TelemetrySink;
  readonly counts: () => TelemetryCounts;
  /** When all that was handed in before has been stored, dropped or has failed. */
  readonly flush: () => Promise<void>;
  isEmpty(): boolean;
  /** Takes nothing more; what it has is handed on by `flush` alone. */
  close(): void;
  /** Drops what still waits. */
  abandon(): void;
}

const mostInFlight = 4;
const pauseMs = 1_000;

export function createBuffer({ clock, ingest }: BufferOptions): TelemetryBuffer {
  const queue = createQueue();
  const flushes = createFlushes();
  const counts = { accepted: 0, dropped: 0, failed: 0 };
  let inFlight = 0;
  let taken = 0;
  let isClosed = false;
  const later = createDelay(clock, () => {
    sendAll();
    sendLater();
  });

  function take(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (!isClosed && queue.add(entry)) taken += 1;
      else counts.dropped += 1;
    }
    sendFull();
    sendLater();
  }

  function sendFull(): void {
    while (inFlight < mostInFlight && queue.hasBatch()) send();
  }

  function sendAll(): void {
    while (inFlight < mostInFlight && queue.length > 0) send();
  }

  function sendLater(): void {
    if (queue.length > 0 && !isClosed) later.begin();
  }

  function send(): void {
    inFlight += 1;
    void ingest(queue.next()).then(settle);
  }

  function settle({ accepted, failed }: Stored): void {
    inFlight -= 1;
    counts.accepted += accepted;
    counts.failed += failed;
    // Batches are stored in the order of sending, so a count says which of them are done.
    flushes.settle(counts.accepted + counts.failed);
    if (flushes.isAny()) sendAll();
    else sendFull();
  }

  return {
    sink: sinkTo(take),
    counts: () => ({ ...counts }),
    isEmpty: () => queue.length === 0 && inFlight === 0,
    flush: async () => {
      if (queue.length === 0 && inFlight === 0) return;
      const done = flushes.add(taken);
      sendAll();
      await done;
    },
    close() {
      isClosed = true;
      later.withdraw();
    },
    abandon() {
      counts.dropped += queue.clear();
      flushes.settle(Infinity);
    },
  };
}

/** Does something once, a while after it was begun. */
function createDelay(clock: Clock, work: () => void) {
  let cancel: (() => void) | undefined;
  return {
    begin(): void {
      cancel ??= clock.after(pauseMs, () => {
        cancel = undefined;
        work();
      });
    },
    withdraw(): void {
      cancel?.();
      cancel = undefined;
    },
  };
}

/** Who waits until so many records are done. */
function createFlushes() {
  const waiting: { readonly upTo: number; readonly resolve: () => void }[] = [];
  return {
    isAny: () => waiting.length > 0,
    add(upTo: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ upTo, resolve });
      return promise;
    },
    settle(done: number): void {
      while (waiting[0] !== undefined && waiting[0].upTo <= done) waiting.shift()?.resolve();
    },
  };
}

function sinkTo(take: (entries: readonly Entry[]) => void): TelemetrySink {
  return {
    spans: (records) => take(records.map((span) => ({ span, weight: weightOf(span.attributes) }))),
    logs: (records) => take(records.map((log) => ({ log, weight: weightOf(log.attributes) + log.message.length }))),
    points: (points) => take(points.map((point) => ({ point, weight: 0 }))),
  };
}
