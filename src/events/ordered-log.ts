import { sql, type Kysely } from "kysely";
import type { Clock } from "../core/clock.ts";
import type { Database } from "../storage/database.ts";
import type { EventFilter, EventLog, EventTables } from "./event-log.ts";
import type { TuttiEvent } from "./event.ts";

/**
 * The log for readers that go on from a number: nothing that they are handed stands behind a number that may still come.
 * On SQLite numbers are stored in their order. On Postgres a number is taken before its commit, so that 7 may be there
 * before 6: a reader that went on from 7 would never see 6.
 */
export interface OrderedLog {
  /** Up to which number all is there that will ever be. */
  end(): Promise<number>;
  /** Nothing beyond `end`. */
  read(filter: EventFilter): Promise<TuttiEvent[]>;
}

interface OrderedLogPorts {
  readonly database: Database;
  readonly log: EventLog;
  readonly clock: Clock;
}

// Transactions of the product take milliseconds; one that stands still holds readers back, but not their answer.
const longestWaitMs = 500;
const lookAgainMs = 5;

export function createOrderedLog({ database, log, clock }: OrderedLogPorts): OrderedLog {
  const build = database.build as unknown as Kysely<EventTables>;
  const head = async (): Promise<number> => {
    const rows = await database.read(
      build
        .selectFrom("events")
        .select((value) => value.fn.max("seq").as("seq"))
        .compile(),
    );
    return rows[0]?.seq ?? 0;
  };
  const end = database.capabilities.sharedWriters ? heldBack({ database, build, head, clock }) : head;
  return {
    end,
    async read(filter) {
      const last = await end();
      return log.read({ ...filter, until: Math.min(filter.until ?? last, last) });
    },
  };
}

interface HoldingPorts {
  readonly database: Database;
  readonly build: Kysely<EventTables>;
  readonly clock: Clock;
  readonly head: () => Promise<number>;
}

/** Numbers that are missing below the head are waited for until whoever may have taken them has ended. */
function heldBack({ database, build, head, clock }: HoldingPorts): () => Promise<number> {
  let settled = 0;
  let isKnown = false;
  let looking: Promise<number> | undefined;

  /** How many numbers there are; where none is missing nobody needs to be asked. */
  const countBetween = async (after: number, until: number): Promise<number> => {
    const rows = await database.read(
      build
        .selectFrom("events")
        .select((value) => value.fn.countAll().as("count"))
        .where("seq", ">", after)
        .where("seq", "<=", until)
        .compile(),
    );
    return Number(rows[0]?.count ?? 0);
  };

  const look = async (): Promise<number> => {
    const last = await head();
    if (last <= settled) return settled;
    const isWhole = isKnown && (await countBetween(settled, last)) === last - settled;
    // What stands below `last` and is not there was taken by who holds the table's lock now, or will never come.
    if (isWhole || (await haveEnded(database, build, clock))) {
      settled = last;
      isKnown = true;
      return settled;
    }
    return lastBeforeGap(database, build, settled);
  };

  return () => {
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  };
}

/** Waits a short while for the transactions that write events now; false where one of them goes on. */
async function haveEnded(database: Database, build: Kysely<EventTables>, clock: Clock): Promise<boolean> {
  const writers = await writersNow(database, build);
  const giveUpAt = clock.now() + longestWaitMs;
  for (let open = writers; open.size > 0;) {
    if (clock.now() >= giveUpAt) return false;
    await new Promise<void>((resolve) => void clock.after(lookAgainMs, resolve));
    const now = await writersNow(database, build);
    open = writers.intersection(now);
  }
  return true;
}

/** An insert holds this lock from before it takes its number until its transaction has ended. */
async function writersNow(database: Database, build: Kysely<EventTables>): Promise<Set<string>> {
  const query = sql<{ writer: string }>`select distinct virtualtransaction as writer from pg_locks
    where locktype = 'relation' and relation = 'events'::regclass and mode = 'RowExclusiveLock'
    and database = (select oid from pg_database where datname = current_database())`;
  const rows = await database.read(query.compile(build));
  return new Set(rows.map(({ writer }) => writer));
}

async function lastBeforeGap(database: Database, build: Kysely<EventTables>, settled: number): Promise<number> {
  const query = sql<{ seq: number }>`select seq from events as one where seq > ${settled}
    and not exists (select 1 from events as next where next.seq = one.seq + 1) order by seq limit 1`;
  const first = await database.read(
    build
      .selectFrom("events")
      .select("seq")
      .where("seq", "=", settled + 1)
      .compile(),
  );
  if (first.length === 0) return settled;
  return (await database.read(query.compile(build)))[0]?.seq ?? settled;
}
