import type { Clock, EpochMs } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/** How a server that says "too busy" is left alone: pauses that double, and one call at a time until it answers again. */
export interface Backoff {
  /** Undefined while calls may start. */
  readonly until: EpochMs | undefined;
  /** The server has turned calls away and has not answered since. */
  readonly isBusy: boolean;
  turnedAway(): void;
  answered(): void;
}

export function createBackoff(clock: Clock, random: Random): Backoff {
  let turns = 0;
  let until = 0;
  return {
    get until() {
      return until > clock.now() ? until : undefined;
    },
    get isBusy() {
      return turns > 0;
    },
    turnedAway() {
      // Several calls that were out together and come back together are one answer of the server.
      if (until > clock.now()) return;
      const pauseMs = Math.min(firstPauseMs * 2 ** turns, longestPauseMs);
      turns = Math.min(turns + 1, 16);
      // Between half and the whole, so that processes that were turned away together do not come back together.
      until = clock.now() + pauseMs * (0.5 + random() / 2);
    },
    answered() {
      turns = 0;
      until = 0;
    },
  };
}
