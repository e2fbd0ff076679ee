import type { Generated, Kysely } from "kysely";
import type { Migration } from "../core/capability.ts";
import { encodeJson, decodeJson } from "../core/json.ts";
import type { Statement } from "../core/statement.ts";
import type { Database } from "../storage/database.ts";
import { prepare } from "../storage/prepared.ts";
import type { NewEvent, TuttiEvent } from "./event.ts";

interface EventTables {
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
  readonly subject?: string | undefined;
  readonly limit: number;
}

/** The durable log. An event is written in the transaction of what it tells, so neither exists without the other. */
export interface EventLog {
  append(event: NewEvent): Statement;
  read(filter: EventFilter): Promise<TuttiEvent[]>;
}

export function createEventLog(database: Database): EventLog {
  const build = database.build as unknown as Kysely<EventTables>;
  const insert = prepare<{ type: string; subject: string; time: number; data: string | null }>((slot) =>
    build
      .insertInto("events")
      .values({ type: slot("type"), subject: slot("subject"), time: slot("time"), data: slot("data") }),
  );
  return {
    append: ({ type, subject, at, data }) =>
      insert({ type, subject, time: at, data: encodeJson(data, `event ${type}`) ?? null }),
    async read({ after = 0, subject, limit }) {
      let query = build.selectFrom("events").selectAll().where("seq", ">", after).orderBy("seq").limit(limit);
      if (subject !== undefined) query = query.where("subject", "=", subject);
      const rows = await database.read(query.compile());
      return rows.map((row) => ({
        specversion: "1.0",
        id: String(row.seq),
        source: "/tutti",
        type: row.type,
        subject: row.subject,
        time: new Date(row.time).toISOString(),
        sequence: row.seq,
        data: decodeJson(row.data) ?? null,
      }));
    },
  };
}
