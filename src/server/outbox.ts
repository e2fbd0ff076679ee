import type { Clock } from "../core/clock.ts";

export interface EventStreamLimits {
  readonly mostEvents: number;
  readonly mostBytes: number;
  /** How long a full buffer waits for its reader before what it holds is given up, milliseconds. */
  readonly patienceMs: number;
  /** A reader that has taken nothing for so long is gone, milliseconds. */
  readonly deadMs: number;
  readonly heartbeatMs: number;
}

export const eventStreamLimits: EventStreamLimits = {
  mostEvents: 1_000,
  mostBytes: 1_048_576,
  patienceMs: 2_000,
  deadMs: 60_000,
  heartbeatMs: 15_000,
};

export interface OutboxEvent {
  readonly text: string;
  readonly sequence: number | null;
}

export interface OutboxOptions {
  readonly limits: EventStreamLimits;
  readonly clock: Clock;
  readonly resync: (latest: number | null) => string;
  /** The reader lags for so long that it is not expected back. */
  readonly onDead: () => void;
}

/**
 * What one reader has still to get, in order and bounded. A reader that lags behind a full buffer loses what is in it
 * and what comes until it reads again, and is told so by `resync`.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #events: OutboxEvent[] = [];
  #bytes = 0;
  #latest: number | null = null;
  #isLagging = false;
  #last: string | null = null;
  #wakeReader: (() => void) | null = null;
  #wakeWriter: (() => void) | null = null;
  #stopTimer: (() => void) | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return !this.#isLagging && this.#events.length === 0;
  }

  /** Resolves when there is room, or when the reader is taken to lag. Never throws. */
  async room(): Promise<void> {
    const { limits, clock } = this.#options;
    const isFull = this.#events.length >= limits.mostEvents || this.#bytes >= limits.mostBytes;
    if (this.#isLagging || !isFull) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakeWriter = resolve;
    this.#stopTimer = clock.after(limits.patienceMs, () => this.#lag());
    await promise;
  }

  push(event: OutboxEvent): void {
    if (this.#isLagging) return this.#see(event);
    this.#events.push(event);
    this.#bytes += Buffer.byteLength(event.text);
    this.#wakeReader?.();
  }

  /** Goes to the reader after all the others, also to one that lags; then the stream is at its end. */
  end(text: string): void {
    this.#last = text;
    this.#wakeReader?.();
  }

  /** All that is there, as one text; null at the end. Waits where there is nothing. */
  async take(): Promise<string | null> {
    if (this.isEmpty && this.#last === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wakeReader = resolve;
      await promise;
      this.#wakeReader = null;
    }
    if (!this.isEmpty) return this.#drain();
    const text = this.#last;
    this.#last = "";
    return text === "" ? null : text;
  }

  /** Nobody reads any more: gives up the timers and lets a writer that waits go on. */
  close(): void {
    this.#stopTimer?.();
    this.#wakeWriter?.();
  }

  #lag(): void {
    const { limits, clock, onDead } = this.#options;
    this.#isLagging = true;
    this.#latest = null;
    for (const event of this.#events) this.#see(event);
    this.#empty();
    this.#stopTimer = clock.after(limits.deadMs, onDead);
  }

  #see({ sequence }: OutboxEvent): void {
    if (sequence !== null) this.#latest = Math.max(this.#latest ?? sequence, sequence);
  }

  #drain(): string {
    this.#stopTimer?.();
    const text = this.#isLagging
      ? this.#options.resync(this.#latest)
      : this.#events.map((event) => event.text).join("");
    this.#isLagging = false;
    this.#empty();
    return text;
  }

  #empty(): void {
    this.#events = [];
    this.#bytes = 0;
    this.#wakeWriter?.();
    this.#wakeWriter = null;
  }
}
