import type { Log } from "../core/log.ts";
import type { Database } from "../storage/database.ts";
import type { HintQueue } from "./postgres-queue.ts";

/** A run that a commit of this process has woken, parked or ended. */
export interface ChangedRun {
  readonly id: string;
  readonly status: string;
}

export interface AnnouncerPorts {
  readonly database: Pick<Database, "write">;
  /** Opened at the first hint: most commands leave none. */
  readonly openQueue: () => Promise<HintQueue>;
  readonly log: Log;
  readonly schema: string;
}

/** Tells the other processes of a shared database which runs have changed. What fails to be told is found by a sweep. */
export interface Announcer extends AsyncDisposable {
  tell(runs: readonly ChangedRun[]): void;
}

/** Told which run has changed. */
export const runChannel = (schema: string): string => `${schema}_run`;
/** Told that the queue has hints. */
export const hintChannel = (schema: string): string => `${schema}_hint`;

// Commits come in bunches; one message for each would be a transaction for each.
const bunchMs = 2;

export function createAnnouncer({ database, openQueue, log, schema }: AnnouncerPorts): Announcer {
  const waiting: ChangedRun[] = [];
  let sending: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function send(runs: readonly ChangedRun[]): Promise<void> {
    const queued = [...new Set(runs.filter(({ status }) => status === "queued").map(({ id }) => id))];
    const others = [...new Set(runs.filter(({ status }) => status !== "queued").map(({ id }) => id))];
    if (queued.length > 0) {
      await (await openQueue()).hint(queued);
    }
    const messages = [
      ...others.map((id) => [runChannel(schema), id]),
      ...(queued.length > 0 ? [[hintChannel(schema), ""]] : []),
    ];
    const sql = "select pg_notify(message->>0, message->>1) from json_array_elements($1::json) as message";
    await database.write([{ sql, parameters: [JSON.stringify(messages)] }]);
  }

  function flush(): void {
    timer = undefined;
    const runs = waiting.splice(0);
    if (runs.length === 0) return;
    sending = sending
      .then(() => send(runs))
      .catch((error: unknown) => log.warn("cluster.not_told", { runs: runs.length, error }));
  }

  return {
    tell(runs) {
      waiting.push(...runs);
      timer ??= setTimeout(flush, bunchMs);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      flush();
      await sending;
    },
  };
}
