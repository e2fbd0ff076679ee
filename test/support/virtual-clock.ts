import type { Clock } from "../../src/core/clock.ts";

/** Time that moves only when it is told to. */
export interface VirtualClock extends Clock {
  /** Lets everything go on that can without time, then moves to each timer within `ms`, in order. */
  pass(ms: number): Promise<void>;
  /** The timers that are set. */
  readonly pending: number;
}

export function createVirtualClock(): VirtualClock {
  let now = 0;
  let timers: { readonly at: number; readonly fire: () => void }[] = [];
  const next = (until: number): { readonly at: number; readonly fire: () => void } | undefined =>
    timers.filter(({ at }) => at <= until).toSorted((left, right) => left.at - right.at)[0];
  return {
    now: () => now,
    after(delayMs, fire) {
      const timer = { at: now + Math.max(0, delayMs), fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async pass(ms) {
      const until = now + ms;
      await settle();
      for (let timer = next(until); timer; timer = next(until)) {
        const due = timer;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.fire();
        await settle();
      }
      now = until;
    },
    get pending() {
      return timers.length;
    },
  };
}

/** Whatever can go on without time passing has gone on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
