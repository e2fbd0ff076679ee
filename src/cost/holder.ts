import type { Log } from "../core/log.ts";
import { openPostgresSession, type PostgresSession } from "../storage/postgres-session.ts";

/** Who makes calls: one for each process. Tells whether another one is gone, so that what it holds can be settled. */
export interface Holders extends AsyncDisposable {
  readonly me: string;
  /** Before the first call is reserved: from now on the others see this process. */
  enter(): Promise<void>;
  isGone(holder: string): Promise<boolean>;
}

/** Where a file has one process, every other one is gone. */
export function loneHolder(me: string): Holders {
  return {
    me,
    enter: async () => undefined,
    isGone: async (holder) => holder !== me,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** A process lives as long as its lock in the database, which falls with its connection. */
export function sharedHolder(me: string, place: { url: string; schema: string; log: Log }): Holders {
  const { url, schema, log } = place;
  const lockName = (holder: string): string => `${schema}/cost/${holder}`;
  let session: Promise<PostgresSession> | undefined;
  const openAndLock = async (): Promise<PostgresSession> => {
    // While the connection is broken others may settle what this process holds, at its bound; the next call is safe again.
    const opened = await openPostgresSession({ url, log, onReconnect: () => undefined });
    await opened.lock(lockName(me));
    return opened;
  };
  const enter = (): Promise<PostgresSession> => {
    session ??= openAndLock().catch((error: unknown) => {
      session = undefined;
      throw error;
    });
    return session;
  };
  return {
    me,
    enter: async () => void (await enter()),
    isGone: async (holder) => holder !== me && (await (await enter()).isFree(lockName(holder))),
    async [Symbol.asyncDispose]() {
      const open = await session?.catch(() => undefined);
      await open?.[Symbol.asyncDispose]();
    },
  };
}
