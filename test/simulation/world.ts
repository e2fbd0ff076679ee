import type { Clock } from "../../src/core/clock.ts";
import { seededRandom, type Random } from "../../src/core/random.ts";

/** Who a happening belongs to: it is gone when its owner dies. */
export type Owner = string;

interface Happening {
  readonly owner: Owner;
  readonly what: string;
  perform(): void;
}

interface Timer {
  readonly owner: Owner;
  readonly at: number;
  readonly order: number;
  fire(): void;
}

/**
 * Everything that a process waits for, in one place: reads, writes, turns of the event loop, effects, timers, messages.
 * A seed decides which of them happens next, so the same seed is the same history.
 */
export class World {
  readonly random: Random;
  /** Off in the last phase, where everything must come to a good end. */
  hasFaults = true;
  now = 1_000_000;
  #happenings: Happening[] = [];
  #timers: Timer[] = [];
  #order = 0;
  /** Code of a dead process that is still on its way can do nothing any more. */
  readonly #gone = new Set<Owner>();
  readonly history: string[] = [];
  /** The invariants that were broken. */
  readonly violations: string[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error("the simulation picked from nothing");
    return item;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  /** Resolves once the seed lets it happen; never, if its owner dies before. */
  happen<Result>(owner: Owner, what: string, act: () => Result | Promise<Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    // What it does may itself wait for later happenings, so nobody waits for its end.
    const perform = (): void => void (async () => act())().then(resolve, reject);
    if (!this.#gone.has(owner)) this.#happenings.push({ owner, what, perform });
    return promise;
  }

  clockFor(owner: Owner): Clock {
    return {
      now: () => this.now,
      after: (delayMs, fire) => {
        const timer: Timer = { owner, at: this.now + Math.max(0, delayMs), order: this.#order++, fire };
        if (!this.#gone.has(owner)) this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
    };
  }

  forget(owner: Owner): void {
    this.#gone.add(owner);
    this.#happenings = this.#happenings.filter((item) => item.owner !== owner);
    this.#timers = this.#timers.filter((timer) => timer.owner !== owner);
  }

  /** One happening, chosen by the seed. False if there is none but time passing. */
  async step(): Promise<boolean> {
    // A full drain: whatever can go on without a happening has gone on.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#happenings.length === 0) return false;
    if (this.hasFaults && this.#timers.length > 0 && this.chance(0.03)) this.passTime();
    const at = Math.floor(this.random() * this.#happenings.length);
    const [item] = this.#happenings.splice(at, 1);
    if (!item) return false;
    this.note(`${item.owner}: ${item.what}`);
    item.perform();
    return true;
  }

  /** The clock moves to the next timer (sometimes past it) and fires what is due. False if there is no timer. */
  passTime(): boolean {
    const next = this.#timers.toSorted((left, right) => left.at - right.at || left.order - right.order)[0];
    if (!next) return false;
    this.now = Math.max(this.now, next.at) + (this.hasFaults && this.chance(0.1) ? this.between(0, 5_000) : 0);
    const due = this.#timers.filter((timer) => timer.at <= this.now);
    due.sort((left, right) => left.at - right.at || left.order - right.order);
    this.#timers = this.#timers.filter((timer) => timer.at > this.now);
    this.note(`time is ${this.now}`);
    for (const timer of due) timer.fire();
    return true;
  }

  violate(what: string): void {
    this.note(`VIOLATION ${what}`);
    this.violations.push(what);
  }

  note(what: string): void {
    this.history.push(what);
  }
}
