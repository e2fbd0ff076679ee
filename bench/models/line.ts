import type { Clock } from "../../src/core/clock.ts";
import { createServerQueue } from "../../src/models/scheduler/scheduler.ts";

/** A way to order calls before a server that holds one model and works on one call at a time. */
export interface Order {
  readonly name: string;
  open(clock: Clock): Line;
}

export interface Line {
  /** Resolves when the call may go; the returned function ends it and tells how long the load took, if there was one. */
  enter(model: string): Promise<(loadMs: number) => void>;
}

/** What the product does, with its own code. */
export function oursWith(patienceMs: number): Order {
  return {
    name: "Tutti",
    open(clock) {
      const queue = createServerQueue({ parallel: 1, maxLoaded: 1, patienceMs, clock });
      const { signal } = new AbortController();
      return {
        async enter(model) {
          const place = await queue.enter({ model, signal });
          return (loadMs) => {
            place.tookToLoad(loadMs);
            place.leave();
          };
        },
      };
    },
  };
}

/** As a server that serves its queue in order. */
export const firstCome: Order = { name: "first come, first served", open: () => simpleLine(() => 0) };

/** The loaded model for as long as it has work; then the oldest call. */
export const strictAffinity: Order = {
  name: "loaded model first, no ageing",
  open: () => simpleLine((waiting, loaded) => Math.max(0, waiting.indexOf(loaded ?? ""))),
};

type Pick = (waiting: readonly string[], loaded: string | undefined) => number;

function simpleLine(pick: Pick): Line {
  const waiting: { readonly model: string; readonly start: () => void }[] = [];
  let loaded: string | undefined;
  let isTaken = false;
  const next = (): void => {
    if (isTaken || waiting.length === 0) return;
    const [call] = waiting.splice(
      pick(
        waiting.map(({ model }) => model),
        loaded,
      ),
      1,
    );
    if (!call) return;
    isTaken = true;
    loaded = call.model;
    call.start();
  };
  const leave = (): void => {
    isTaken = false;
    next();
  };
  return {
    enter: (model) =>
      new Promise((resolve) => {
        waiting.push({ model, start: () => resolve(leave) });
        next();
      }),
  };
}
