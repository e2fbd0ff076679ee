import { ReadyRuns, type QueuedRun } from "./run-queue.ts";

/** A run that was there when its host ended so many times, without a new step in between, is set aside. */
export const mostDeaths = 3;

/**
 * Runs that the next end of their host would set aside: one of them has ended it, or is being worked on each time that
 * somebody kills it. They are taken up one after the other, so that the next end points at one run and the others, which
 * were only there, go on.
 */
export class Suspects {
  readonly #waiting = new ReadyRuns();
  #held: string | null = null;

  get size(): number {
    return this.#waiting.size;
  }

  includes({ deaths }: Pick<QueuedRun, "deaths">): boolean {
    return deaths === mostDeaths - 1;
  }

  add(run: QueuedRun): void {
    this.#waiting.add(run);
  }

  /** The next one, unless one is still held. */
  take(isAllowed: (flow: string) => boolean): QueuedRun | undefined {
    if (this.#held !== null) return undefined;
    const run = this.#waiting.take(isAllowed);
    this.#held = run?.id ?? null;
    return run;
  }

  /** It has stored a step or left its worker alive. True if the next one may be taken. */
  clear(id: string): boolean {
    if (this.#held !== id) return false;
    this.#held = null;
    return this.size > 0;
  }
}
