import { PgBoss } from "pg-boss";
import type { Log } from "../core/log.ts";

/** Hints that a run can go on, for workers of any process. Losing or doubling one does no harm: the run row is the truth. */
export interface HintQueue extends AsyncDisposable {
  hint(runs: readonly string[]): Promise<void>;
  /** Takes hints away; each goes to one worker. */
  take(most: number): Promise<string[]>;
}

const queueName = "runs";
// A hint that nobody takes is stale long before: the sweep has found its run.
const keepSeconds = 3_600;

/** pg-boss with its `standard` policy: its `stately` one loses wake-ups that meet a fetch (a send in an open transaction). */
export async function openHintQueue({
  url,
  schema,
  log,
}: {
  url: string;
  schema: string;
  log: Log;
}): Promise<HintQueue> {
  const boss = new PgBoss({ connectionString: url, schema: `${schema}_queue`, max: 2, schedule: false });
  boss.on("error", (error) => log.warn("queue.failed", { error }));
  await boss.start();
  await boss.createQueue(queueName, { policy: "standard", retryLimit: 0, deleteAfterSeconds: keepSeconds });
  return {
    async hint(runs) {
      if (runs.length > 0)
        await boss.insert(
          queueName,
          runs.map((run) => ({ data: { run } })),
        );
    },
    async take(most) {
      const jobs = await boss.fetch<{ run: string }>(queueName, { batchSize: Math.min(most, 100) });
      // Removed at once: a late `complete` of a dead holder could end another's job.
      if (jobs.length > 0)
        await boss.deleteJob(
          queueName,
          jobs.map((job) => job.id),
        );
      return jobs.map((job) => job.data.run);
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false });
    },
  };
}
