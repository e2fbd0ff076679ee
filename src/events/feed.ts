import type { Clock } from "../core/clock.ts";
import type { EventFilter } from "./event-log.ts";
import type { TuttiEvent } from "./event.ts";
import type { OrderedLog } from "./ordered-log.ts";

/** New events of the log for many followers. One poller in a process, which sleeps while nobody follows. */
export interface EventFeed {
  /** `changed` is called when there may be more to read. Does not throw: what went wrong is thrown by the next `read`. */
  join(changed: () => void): Follower;
  /** This process has committed events. */
  nudge(): void;
  readonly hasFollowers: boolean;
  /** The number behind which the slowest follower reads; null where nobody has read for a day. */
  readonly slowest: number | null;
}

/** One who follows keeps its own place, so a slow one holds nothing in memory: what has left the ring is read from the log. */
export interface Follower extends Disposable {
  /** Events after a number, oldest first; empty where there are none yet. */
  read(after: number, limit: number): Promise<readonly TuttiEvent[]>;
}

export interface EventFeedOptions {
  readonly log: OrderedLog;
  readonly clock: Clock;
  /** How often the log is looked at for what other processes write. */
  readonly lookEveryMs: number;
}

// Enough for every follower that keeps up; the others read the log.
const ringSize = 1_000;
const batch = 500;
// Commits come in bunches: one look serves all of a moment.
const bunchMs = 10;
// Who stands still for longer, as a page in a tab that was put to sleep, does not keep the log from being pruned.
const longestLagMs = 86_400_000;

export function createEventFeed(options: EventFeedOptions): EventFeed {
  return new Feed(options);
}

interface Place {
  readonly after: number;
  readonly readAt: number;
}

class Feed implements EventFeed {
  readonly #options: EventFeedOptions;
  readonly #followers = new Map<() => void, Place>();
  #ring: TuttiEvent[] = [];
  /** All that stands in the log behind this number, up to `#head`, is in the ring. */
  #ringFrom = 0;
  #head = 0;
  #isPolling = false;
  #isNudged = false;
  #wake: () => void = ignore;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  get hasFollowers(): boolean {
    return this.#followers.size > 0;
  }

  get slowest(): number | null {
    const since = this.#options.clock.now() - longestLagMs;
    const places = [...this.#followers.values()].filter(({ readAt }) => readAt >= since);
    return places.length === 0 ? null : Math.min(...places.map(({ after }) => after));
  }

  nudge(): void {
    this.#isNudged = true;
    this.#wake();
  }

  join(changed: () => void): Follower {
    const listener = (): void => changed();
    const place: Place = { after: 0, readAt: Number.NEGATIVE_INFINITY };
    this.#followers.set(listener, place);
    if (!this.#isPolling) this.#start();
    return {
      read: (after, limit) => {
        Object.assign(place, { after, readAt: this.#options.clock.now() });
        return this.#read(after, limit);
      },
      [Symbol.dispose]: () => {
        this.#followers.delete(listener);
        if (!this.hasFollowers) this.#wake();
      },
    };
  }

  async #read(after: number, limit: number): Promise<readonly TuttiEvent[]> {
    if (this.#failure) throw this.#failure.error;
    if (after < this.#ringFrom || this.#head === 0) {
      const filter: EventFilter = { after, limit };
      return this.#options.log.read(filter);
    }
    const first = this.#ring.findIndex(({ sequence }) => sequence > after);
    return first < 0 ? [] : this.#ring.slice(first, first + limit);
  }

  #start(): void {
    this.#isPolling = true;
    this.#failure = null;
    this.#ring = [];
    this.#head = 0;
    void this.#poll();
  }

  /** Never throws: what goes wrong ends the followers, who come again. */
  async #poll(): Promise<void> {
    try {
      this.#head = await this.#options.log.end();
      this.#ringFrom = this.#head;
      while (this.hasFollowers) {
        this.#isNudged = false;
        if (await this.#take()) this.#tell();
        else await this.#sleep();
      }
    } catch (error) {
      this.#failure = { error };
      this.#tell();
    }
    this.#isPolling = false;
    // Somebody may have come while the last look was on its way.
    if (this.hasFollowers && !this.#failure) this.#start();
  }

  async #take(): Promise<boolean> {
    const events = await this.#options.log.read({ after: this.#head, limit: batch });
    this.#ring.push(...events);
    this.#head = events.at(-1)?.sequence ?? this.#head;
    const gone = this.#ring.splice(0, Math.max(0, this.#ring.length - ringSize));
    this.#ringFrom = gone.at(-1)?.sequence ?? this.#ringFrom;
    return events.length > 0;
  }

  #tell(): void {
    for (const changed of this.#followers.keys()) changed();
  }

  async #sleep(): Promise<void> {
    const { clock, lookEveryMs } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    let withdraw = clock.after(lookEveryMs, resolve);
    this.#wake = () => {
      // Once: under a steady stream of commits the look would be put off for ever.
      this.#wake = ignore;
      withdraw();
      withdraw = clock.after(this.hasFollowers ? bunchMs : 0, resolve);
    };
    if (this.#isNudged || !this.hasFollowers) this.#wake();
    await promise;
    this.#wake = ignore;
    withdraw();
  }
}

const ignore = (): void => undefined;
