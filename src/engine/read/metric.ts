import { sql, type Kysely } from "kysely";
import type { Clock } from "../../core/clock.ts";
import type { MetricFamily, MetricSource } from "../../core/metric.ts";
import type { RunStatus } from "../../core/step.ts";
import type { Database } from "../../storage/database.ts";
import type { EngineTables } from "../run-table.ts";

const runs: MetricFamily = {
  name: "tutti_runs_open",
  type: "gauge",
  help: "Runs that have not ended, by state.",
  unit: "",
  labels: ["status"],
};

const queueAge: MetricFamily = {
  name: "tutti_queue_age_seconds",
  type: "gauge",
  help: "How long the oldest run waits that no worker has begun; 0 where none waits.",
  unit: "seconds",
  labels: [],
};

const openStatuses = ["queued", "running", "waiting", "paused"] as const satisfies readonly RunStatus[];

/** What the engine has to do now: two looks into the index by state, however many runs have ended. */
export function runMetrics({ database, clock }: { readonly database: Database; readonly clock: Clock }): MetricSource {
  const build = database.build as unknown as Kysely<EngineTables>;
  return {
    families: [runs, queueAge],
    async look() {
      const counts = new Map<string, number>();
      for (const { status, count } of await database.read(countQuery(build).compile())) {
        counts.set(status, Number(count));
      }
      const [oldest] = await database.read(oldestQuery(build).compile());
      const age = oldest ? Math.max(0, clock.now() - oldest.created_at) / 1_000 : 0;
      return [
        {
          family: runs,
          samples: openStatuses.map((status) => ({ labels: { status }, value: counts.get(status) ?? 0 })),
        },
        { family: queueAge, samples: [{ labels: {}, value: age }] },
      ];
    },
  };
}

function countQuery(build: Kysely<EngineTables>) {
  return build
    .selectFrom("runs")
    .select((value) => ["status", value.fn.countAll().as("count")])
    .where("status", "in", openStatuses)
    .groupBy("status");
}

/** Ids grow with the time of making. */
function oldestQuery(build: Kysely<EngineTables>) {
  return build
    .selectFrom("runs")
    .select("created_at")
    .where("status", "=", sql.lit("queued"))
    .where("started_at", "is", null)
    .orderBy("id")
    .limit(1);
}
