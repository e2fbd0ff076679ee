import { sql, type Generated, type Kysely, type Selectable, type SelectQueryBuilder } from "kysely";
import type { Migration } from "../core/capability.ts";
import { encodeJson, decodeJson } from "../core/json.ts";
import type { Statement } from "../core/statement.ts";
import type { Database } from "../storage/database.ts";
import { prepare } from "../storage/prepared.ts";
import type { NewEvent, TuttiEvent } from "./event.ts";

export interface EventTables {
  events: { seq: Generated<number>; type: string; subject: string; time: number; data: string | null };
}

export const eventMigrations: readonly Migration[] = [
  {
    name: "001-events",
    sqlite: [
      // No `autoincrement`: it writes one more page with each commit. Who prunes must leave the newest row, or its number comes again.
      "create table events (seq integer primary key, type text not null, subject text not null, time integer not null, data text)",
    ],
    postgres: [
      "create table events (seq bigserial primary key, type text not null, subject text not null, time bigint not null, data text)",
    ],
  },
];

export interface EventFilter {
  readonly after?: number | undefined;
  /** Up to and with this number. */
  readonly until?: number | undefined;
  readonly subject?: string | undefined;
  /** Whole names, or beginnings that end in `*`; any of them will do. */
  readonly types?: readonly string[] | undefined;
  /** The newest of what fits, instead of the oldest; in the order of storing all the same. */
  readonly newest?: boolean | undefined;
  readonly limit: number;
}

/** The durable log. An event is written in the transaction of what it tells, so neither exists without the other. */
export interface EventLog {
  append(event: NewEvent): Statement;
  /** On a database with several writers a number may still come in before a later one: see ordered-log.ts. */
  read(filter: EventFilter): Promise<TuttiEvent[]>;
  /** Whether a statement is one that `append` has made. */
  isAppend(statement: Statement): boolean;
}

type Events = SelectQueryBuilder<EventTables, "events", Selectable<EventTables["events"]>>;

export function createEventLog(database: Database): EventLog {
  const build = database.build as unknown as Kysely<EventTables>;
  const insert = prepare<{ type: string; subject: string; time: number; data: string | null }>((slot) =>
    build
      .insertInto("events")
      .values({ type: slot("type"), subject: slot("subject"), time: slot("time"), data: slot("data") }),
  );
  const { sql: insertText } = insert({ type: "", subject: "", time: 0, data: null });
  return {
    append: ({ type, subject, at, data }) =>
      insert({ type, subject, time: at, data: encodeJson(data, `event ${type}`) ?? null }),
    isAppend: (statement) => statement.sql === insertText,
    async read({ newest = false, limit, ...filter }) {
      const query = narrowed(build.selectFrom("events").selectAll(), filter);
      const rows = await database.read(
        query
          .orderBy("seq", newest ? "desc" : "asc")
          .limit(limit)
          .compile(),
      );
      return (newest ? rows.toReversed() : rows).map(toEvent);
    },
  };
}

function narrowed(
  all: Events,
  { after = 0, until, subject, types }: Pick<EventFilter, "after" | "until" | "subject" | "types">,
): Events {
  let query = all.where("seq", ">", after);
  if (until !== undefined) query = query.where("seq", "<=", until);
  if (subject !== undefined) query = query.where("subject", "=", subject);
  if (types !== undefined) {
    query = query.where((where) =>
      where.or(
        types.map((type) => {
          if (!type.endsWith("*")) return where("type", "=", type);
          const start = type.slice(0, -1);
          return where(sql<string>`substr(type, 1, ${start.length})`, "=", start);
        }),
      ),
    );
  }
  return query;
}

/** The same choice of types, for events that have been read. */
export function isOfType(type: string, types: readonly string[]): boolean {
  return types.some((wanted) => (wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted));
}

function toEvent(row: Selectable<EventTables["events"]>): TuttiEvent {
  return {
    specversion: "1.0",
    id: String(row.seq),
    source: "/tutti",
    type: row.type,
    subject: row.subject,
    time: new Date(row.time).toISOString(),
    sequence: row.seq,
    data: decodeJson(row.data) ?? null,
  };
}
