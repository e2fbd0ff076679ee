import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { MetricFamily, MetricSource } from "../../core/metric.ts";
import type { SeriesTable } from "./series-table.ts";

// A scraper gives up after 10 s; a database that is slow must not take the figures of the others with it.
const longestLookMs = 2_000;
// Scrapers, the keeper and people may all ask at once.
const freshForMs = 2_000;

export const lookErrors: MetricFamily = {
  name: "tutti_metric_look_errors_total",
  type: "counter",
  help: "Times that figures could not be read from their place, and what they last stood at is shown.",
  unit: "",
  labels: [],
};

export interface LookOptions {
  readonly sources: () => readonly MetricSource[];
  readonly table: SeriesTable;
  readonly clock: Clock;
  readonly log: Log;
}

/** Brings the figures that nobody counts on the way up to date. What cannot be read stays as it was. Never throws. */
export function createLook({ sources, table, clock, log }: LookOptions): () => Promise<void> {
  let lookedAt = -Infinity;
  let looking: Promise<void> | null = null;
  const one = async ({ look, families }: MetricSource): Promise<void> => {
    table.declare(families);
    if (!look) return;
    try {
      for (const { family, samples } of await withinTime(look, clock)) table.replace(family, samples);
    } catch (error) {
      table.add({ family: lookErrors, labels: {}, value: 1 });
      log.warn("metrics.not_read", { families: families.map(({ name }) => name), error });
    }
  };
  const all = async (): Promise<void> => {
    await Promise.all(sources().map(one));
    lookedAt = clock.now();
  };
  return async () => {
    if (clock.now() - lookedAt < freshForMs) return;
    looking ??= all().finally(() => (looking = null));
    await looking;
  };
}

type Look = NonNullable<MetricSource["look"]>;

async function withinTime(look: Look, clock: Clock): ReturnType<Look> {
  const limit = new AbortController();
  const late = Promise.withResolvers<never>();
  const withdraw = clock.after(longestLookMs, () => {
    limit.abort();
    late.reject(new Error(`took longer than ${longestLookMs} ms`));
  });
  try {
    return await Promise.race([look(limit.signal), late.promise]);
  } finally {
    withdraw();
  }
}
