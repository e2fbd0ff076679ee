import type { PgBoss } from "pg-boss";
import type { Log } from "../core/log.ts";

/** Hints that a run can go on, for workers of any process. Losing or doubling one does no harm: the run row is the truth. */
export interface HintQueue extends AsyncDisposable {
  hint(runs: readonly string[]): Promise<void>;
  /** Takes hints away; each goes to one worker. */
  take(most: number): Promise<string[]>;
}

export interface HintQueueOptions {
  readonly url: string;
  readonly schema: string;
  readonly log: Log;
  /** Makes the queue where it is missing, and looks after it. Without it this process only leaves hints for workers. */
  readonly isWorker: boolean;
}

const queueName = "runs";
// A hint that nobody takes is stale long before: the sweep has found its run.
const keepSeconds = 3_600;

/** pg-boss with its `standard` policy: its `stately` one loses wake-ups that meet a fetch (a send in an open transaction). */
export async function openHintQueue(options: HintQueueOptions): Promise<HintQueue> {
  const boss = await start(options);
  return {
    async hint(runs) {
      const jobs = runs.map((run) => ({ data: { run } }));
      if (jobs.length > 0) await boss.insert(queueName, jobs);
    },
    async take(most) {
      const jobs = await boss.fetch<{ run: string }>(queueName, { batchSize: most });
      const ids = jobs.map((job) => job.id);
      // Removed at once: a late `complete` of a dead holder could end another's job.
      if (ids.length > 0) await boss.deleteJob(queueName, ids);
      return jobs.map((job) => job.data.run);
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false });
    },
  };
}

async function start({ url, schema, log, isWorker }: HintQueueOptions): Promise<PgBoss> {
  // Loaded here: it takes a tenth of a second, which nobody on SQLite should pay.
  const { PgBoss: Boss } = await import("pg-boss");
  // It would tell each look into the queue as a trace of its own, several a second.
  const openTelemetry = { enabled: false };
  const upkeep = isWorker ? {} : { supervise: false, migrate: false, createSchema: false };
  const boss = new Boss({
    connectionString: url,
    schema: `${schema}_queue`,
    max: 2,
    schedule: false,
    openTelemetry,
    ...upkeep,
  });
  boss.on("error", (error) => log.warn("queue.failed", { error }));
  await boss.start();
  if (isWorker) {
    await boss.createQueue(queueName, { policy: "standard", retryLimit: 0, deleteAfterSeconds: keepSeconds });
  }
  return boss;
}
