import type { Log } from "../core/log.ts";
import type { LiveEvents } from "../events/live.ts";
import type { Database } from "../storage/database.ts";
import { openPostgresSession } from "../storage/postgres-session.ts";
import { createAnnouncer, type ChangedRun } from "./announcer.ts";
import { joinCluster } from "./cluster.ts";
import { openHintQueue, type HintQueue } from "./postgres-queue.ts";
import type { RunStore } from "./run-store.ts";
import type { Worker } from "./worker.ts";

/** A Postgres that other processes work on too. */
export interface SharedDatabase {
  readonly url: string;
  readonly schema: string;
}

export interface SharedWorkPorts extends SharedDatabase {
  readonly database: Pick<Database, "write">;
  readonly store: RunStore;
  readonly live: LiveEvents;
  readonly log: Log;
}

/** This process among those that share a database: it tells them what it has changed, and its worker may be one of theirs. */
export interface SharedWork extends AsyncDisposable {
  tell(runs: readonly ChangedRun[]): void;
  /** Starts a worker as one of many; disposing takes it out of the others' sight. */
  enter(worker: Worker): Promise<AsyncDisposable>;
}

export function createSharedWork(ports: SharedWorkPorts): SharedWork {
  const { url, schema, log } = ports;
  let queue: Promise<HintQueue> | undefined;
  const openQueue = (isWorker: boolean): Promise<HintQueue> => {
    queue ??= openHintQueue({ url, schema, log, isWorker });
    return queue;
  };
  const announcer = createAnnouncer({ ...ports, openQueue: () => openQueue(false) });
  return {
    tell: (runs) => announcer.tell(runs),
    async enter(worker) {
      await using stack = new AsyncDisposableStack();
      const session = stack.use(await openPostgresSession({ url, log, onReconnect: () => worker.pokeAll() }));
      stack.use(await joinCluster({ ...ports, worker, session, queue: await openQueue(true) }));
      return stack.move();
    },
    async [Symbol.asyncDispose]() {
      await announcer[Symbol.asyncDispose]();
      const open = await queue?.catch(() => undefined);
      await open?.[Symbol.asyncDispose]();
    },
  };
}
