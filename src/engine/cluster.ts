import type { Log } from "../core/log.ts";
import type { LiveEvents } from "../events/live.ts";
import type { PostgresSession } from "../storage/postgres-session.ts";
import type { HintQueue } from "./postgres-queue.ts";
import type { RunStore } from "./run-store.ts";
import type { Worker } from "./worker.ts";

export interface ClusterPorts {
  readonly worker: Worker;
  readonly session: PostgresSession;
  readonly queue: HintQueue;
  readonly store: RunStore;
  readonly live: LiveEvents;
  readonly log: Log;
  /** Keeps tenants of one server apart. */
  readonly schema: string;
}

/** A worker's place among those that share a database. */
export interface Cluster extends AsyncDisposable {
  /** Tells the others of runs that a commit here has woken, or that have ended. */
  tell(runs: readonly { readonly id: string; readonly status: string }[]): void;
}

// A dead worker's lock falls with its socket; its runs move on after this at the latest.
const deathWatchMs = 500;
// What no hint was given for (a lost notification, a run woken while everybody was full) is found after this.
const sweepMs = 1_000;

export async function joinCluster(ports: ClusterPorts): Promise<Cluster> {
  const { worker, session, queue, store, live, log, schema } = ports;
  const lockName = (owner: string): string => `${schema}/${owner}`;
  const runChannel = `${schema}_run`;
  const hintChannel = `${schema}_hint`;
  let isClosed = false;
  await session.lock(lockName(worker.id));
  await session.listen(runChannel, (run) => {
    worker.poke(run);
    live.publish({ run, type: "run" });
  });
  await session.listen(hintChannel, () => supervise("cluster.fetch_failed", takeHints));
  const timers = [
    setInterval(() => supervise("cluster.death_watch_failed", buryTheDead), deathWatchMs),
    setInterval(() => supervise("cluster.sweep_failed", sweep), sweepMs),
  ];
  await buryTheDead();
  await worker.sweep();

  function supervise(event: string, work: () => Promise<void>): void {
    if (isClosed) return;
    work().catch((error: unknown) => !isClosed && log.warn(event, { error }));
  }

  async function buryTheDead(): Promise<void> {
    for (const owner of await store.owners()) {
      if (owner !== worker.id && (await session.isFree(lockName(owner)))) await worker.bury([owner]);
    }
  }

  async function sweep(): Promise<void> {
    await takeHints();
    await worker.sweep();
  }

  async function takeHints(): Promise<void> {
    if (worker.room <= 0) return;
    for (const run of await queue.take(worker.room)) worker.offerById(run);
  }

  return {
    tell(runs) {
      supervise("cluster.notify_failed", async () => {
        const waiting = runs.filter(({ status }) => status === "queued");
        if (worker.room < waiting.length) {
          await queue.hint(waiting.map(({ id }) => id));
          await session.notify(hintChannel, "");
        }
        for (const { id } of runs.filter(({ status }) => status !== "queued")) await session.notify(runChannel, id);
      });
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const timer of timers) clearInterval(timer);
      await queue[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}
