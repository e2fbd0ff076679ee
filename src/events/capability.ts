import type { Capability } from "../core/capability.ts";
import type { Clock } from "../core/clock.ts";
import { toMs, type Duration } from "../core/duration.ts";
import type { Database } from "../storage/database.ts";
import { createEventLog, eventMigrations, type EventLog } from "./event-log.ts";
import { createEventFeed } from "./feed.ts";
import { eventMetrics } from "./metric.ts";
import { createLiveEvents, type LiveEvents } from "./live.ts";
import { createEventOperations } from "./operations.ts";
import { createOrderedLog } from "./ordered-log.ts";
import { retainedEvents } from "./retained-events.ts";

export interface EventsDependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** How long events are kept. Default: 30 days. */
  readonly keep?: Duration;
}

export interface Events extends Capability {
  readonly log: EventLog;
  readonly live: LiveEvents;
  /** The same database, where followers of the log hear of this process's commits at once. */
  readonly database: Database;
  /** Up to which number the log is whole now. */
  latest(): Promise<number>;
}

// Other processes write to a shared database; a file has one host, and is looked at for who shares it by his setting.
const sharedLookMs = 500;
const loneLookMs = 5_000;

/** The door of the room: what has happened, in its order, for who lists it and for who follows it. */
export function createEvents({ database, clock, keep = "30d" }: EventsDependencies): Events {
  const log = createEventLog(database);
  const live = createLiveEvents();
  const ordered = createOrderedLog({ database, log, clock });
  const lookEveryMs = database.capabilities.sharedWriters ? sharedLookMs : loneLookMs;
  const feed = createEventFeed({ log: ordered, clock, lookEveryMs });
  return {
    name: "events",
    migrations: eventMigrations,
    operations: createEventOperations({ feed, log: ordered, live, clock }),
    retained: [retainedEvents({ database, slowest: () => feed.slowest, keepMs: toMs(keep) })],
    log,
    live,
    database: {
      ...database,
      async write(statements) {
        const result = await database.write(statements);
        if (feed.hasFollowers && result.committed && statements.some((one) => log.isAppend(one))) feed.nudge();
        return result;
      },
    },
    latest: () => ordered.end(),
    metrics: eventMetrics({ database, end: () => ordered.end() }),
  };
}
