import type { Log } from "../core/log.ts";
import type { LiveEvents } from "../events/live.ts";
import type { PostgresSession } from "../storage/postgres-session.ts";
import { hintChannel, runChannel } from "./announcer.ts";
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

// A dead worker's lock falls with its socket; its runs move on after this at the latest.
const deathWatchMs = 500;
// What no hint was given for (a lost notification, a run woken while everybody was full) is found after this.
const sweepMs = 1_000;
// Hints are taken in small bunches, so that the workers that hear of them at the same time share them.
const mostHintsAtOnce = 8;

/** Gives a worker its place among those that share a database; disposing takes it out of the others' sight. */
export async function joinCluster({
  worker,
  session,
  queue,
  store,
  live,
  log,
  schema,
}: ClusterPorts): Promise<AsyncDisposable> {
  const fetch = (): void => supervise("cluster.fetch_failed", () => hints.take());
  const lockName = (owner: string): string => `${schema}/${owner}`;
  let isClosed = false;
  const hints = new HintTaker(worker, queue);
  await session.lock(lockName(worker.id));
  await session.listen(runChannel(schema), (run) => {
    worker.poke(run);
    worker.freed();
    live.publish({ run, type: "run" });
  });
  await session.listen(hintChannel(schema), fetch);
  worker.onRoom = () => hints.mayBeMore && fetch();
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
    await hints.take();
    await worker.sweep();
  }

  return {
    async [Symbol.asyncDispose]() {
      isClosed = true;
      worker.onRoom = undefined;
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** Takes hints as long as there are any and room for them; a call while another is at it finds nothing to add. */
class HintTaker {
  readonly #worker: Worker;
  readonly #queue: HintQueue;
  #isTaking = false;
  /** The last look ended for want of room, so hints may have been left. */
  mayBeMore = false;

  constructor(worker: Worker, queue: HintQueue) {
    this.#worker = worker;
    this.#queue = queue;
  }

  async take(): Promise<void> {
    if (this.#isTaking) return;
    this.#isTaking = true;
    try {
      for (let most = this.#bunch(); most > 0; most = this.#bunch()) {
        const runs = await this.#queue.take(most);
        await Promise.all(runs.map((run) => this.#worker.offerById(run)));
        this.mayBeMore = runs.length === most;
        if (!this.mayBeMore) return;
      }
      this.mayBeMore = true;
    } finally {
      this.#isTaking = false;
    }
  }

  #bunch(): number {
    return Math.min(this.#worker.room, mostHintsAtOnce);
  }
}
