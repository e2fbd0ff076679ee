import type { Kysely } from "kysely";
import type { MetricFamily, MetricSource } from "../core/metric.ts";
import type { Database } from "../storage/database.ts";
import type { EventTables } from "./event-log.ts";

const events: MetricFamily = {
  name: "tutti_events_total",
  type: "counter",
  help: "Events that have been stored since this process began to look, by type.",
  unit: "",
  labels: ["type"],
};

export interface EventMetricPorts {
  readonly database: Database;
  /** Up to which number the log is whole now. */
  readonly end: () => Promise<number>;
}

/** Counts what has come since the last look, so that the whole log is never read. */
export function eventMetrics({ database, end }: EventMetricPorts): MetricSource {
  const build = database.build as unknown as Kysely<EventTables>;
  const totals = new Map<string, number>();
  let seen: number | null = null;
  const countUpTo = async (last: number, after: number): Promise<void> => {
    const query = build
      .selectFrom("events")
      .select((value) => ["type", value.fn.countAll().as("count")])
      .where("seq", ">", after)
      .where("seq", "<=", last)
      .groupBy("type");
    for (const { type, count } of await database.read(query.compile())) {
      totals.set(type, (totals.get(type) ?? 0) + Number(count));
    }
  };
  return {
    families: [events],
    async look() {
      const last = await end();
      if (seen !== null && last > seen) await countUpTo(last, seen);
      seen = last;
      return [{ family: events, samples: [...totals].map(([type, value]) => ({ labels: { type }, value })) }];
    },
  };
}
