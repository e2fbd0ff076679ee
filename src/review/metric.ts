import type { Kysely } from "kysely";
import type { Clock } from "../core/clock.ts";
import type { MetricFamily, MetricSource } from "../core/metric.ts";
import type { Database } from "../storage/database.ts";
import type { ReviewTables } from "./review-table.ts";

const open: MetricFamily = {
  name: "tutti_reviews_open",
  type: "gauge",
  help: "Questions that wait for a human.",
  unit: "",
  labels: [],
};

const oldest: MetricFamily = {
  name: "tutti_review_oldest_seconds",
  type: "gauge",
  help: "How long the oldest open question waits; 0 where none is open.",
  unit: "seconds",
  labels: [],
};

/** How much waits for people. */
export function reviewMetrics({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): MetricSource {
  const build = database.build as unknown as Kysely<ReviewTables>;
  const query = build
    .selectFrom("reviews")
    .select((value) => [value.fn.countAll().as("count"), value.fn.min("created_at").as("first")])
    .where("status", "=", "open");
  return {
    families: [open, oldest],
    async look() {
      const [row] = await database.read(query.compile());
      const count = Number(row?.count ?? 0);
      const age = count === 0 ? 0 : Math.max(0, clock.now() - Number(row?.first)) / 1_000;
      return [
        { family: open, samples: [{ labels: {}, value: count }] },
        { family: oldest, samples: [{ labels: {}, value: age }] },
      ];
    },
  };
}
