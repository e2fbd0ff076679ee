import type { Clock } from "../../core/clock.ts";
import type { TelemetrySink } from "../store/telemetry-store.ts";
import type { SeriesTable } from "./series-table.ts";

export const keepEveryMs = 10_000;

export interface KeeperOptions {
  readonly table: SeriesTable;
  readonly sink: Pick<TelemetrySink, "points">;
  readonly clock: Clock;
  readonly look: () => Promise<void>;
}

/** Hands what has been counted to the store, on whole multiples of its interval, as long as the process works. */
export interface Keeper extends AsyncDisposable {
  start(): void;
}

export function createKeeper({ table, sink, clock, look }: KeeperOptions): Keeper {
  let withdraw: (() => void) | null = null;
  let keeping: Promise<void> = Promise.resolve();
  const keep = (at: number): void => {
    const points = table.take(at);
    if (points.length > 0) sink.points(points);
  };
  const round = async (): Promise<void> => {
    await look();
    // What a late timer has counted belongs to the interval that it was to end.
    if (withdraw !== null) keep(Math.floor(clock.now() / keepEveryMs) * keepEveryMs);
  };
  const arm = (): void => {
    withdraw = clock.after(keepEveryMs - (clock.now() % keepEveryMs), () => {
      keeping = round();
      arm();
    });
  };
  return {
    start() {
      if (withdraw === null) arm();
    },
    async [Symbol.asyncDispose]() {
      if (withdraw === null) return;
      withdraw();
      withdraw = null;
      await keeping;
      keep(clock.now());
    },
  };
}
