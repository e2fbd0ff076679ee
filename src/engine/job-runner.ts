import type { Clock } from "../core/clock.ts";
import { toMs } from "../core/duration.ts";
import { toFailure } from "../core/error.ts";
import type { Job } from "../core/job.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../storage/database.ts";
import type { JobStore } from "./job-store.ts";

export interface JobRunnerPorts {
  readonly database: Pick<Database, "write">;
  readonly store: JobStore;
  readonly clock: Clock;
  readonly log: Log;
}

// A job that has failed to be claimed (a database that is away) is tried again after this.
const retryMs = 10_000;

/**
 * Runs background jobs when they are due. The due times are stored, so a host that is started often does not run a daily
 * job at each start; where several processes share a database, one of them runs each turn.
 */
export async function startJobs(jobs: readonly Job[], ports: JobRunnerPorts): Promise<AsyncDisposable> {
  const { database, store, clock, log } = ports;
  const controller = new AbortController();
  const running = new Set<Promise<void>>();
  const withdrawals = new Map<string, () => void>();
  for (const job of jobs)
    await database.write([store.register({ name: job.name, due: clock.now() + toMs(job.every) })]);
  for (const job of jobs) if (job.atStart) await attempt(job);
  const due = await store.dueTimes();
  for (const job of jobs) arm(job, due.get(job.name) ?? clock.now());

  function arm(job: Job, at: number): void {
    if (controller.signal.aborted) return;
    const withdraw = clock.after(Math.max(0, at - clock.now()), () => {
      const turn = take(job).then((next) => arm(job, next));
      running.add(turn);
      void turn.finally(() => running.delete(turn));
    });
    withdrawals.set(job.name, withdraw);
  }

  /** Runs the job if its turn is still to be had; when to look again. */
  async function take(job: Job): Promise<number> {
    const now = clock.now();
    const next = now + toMs(job.every);
    try {
      const claimed = await database.write([store.claim({ name: job.name, now, next })]);
      if (!claimed.committed) return (await store.dueTimes()).get(job.name) ?? next;
      const failure = await attempt(job);
      await database.write([store.finish({ name: job.name, tookMs: clock.now() - now, failure })]);
      return next;
    } catch (error) {
      log.warn("job.not_run", { job: job.name, error });
      return now + retryMs;
    }
  }

  async function attempt(job: Job): Promise<string | null> {
    try {
      await job.run(controller.signal);
      return null;
    } catch (error) {
      if (controller.signal.aborted) return null;
      log.error("job.failed", { job: job.name, error });
      return JSON.stringify(toFailure(error, "internal.defect"));
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      controller.abort();
      for (const withdraw of withdrawals.values()) withdraw();
      await Promise.all(running);
    },
  };
}
