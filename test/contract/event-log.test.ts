import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pg from "pg";
import { openPostgres } from "../../src/storage/postgres.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { postgresAddress } from "../support/services.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { eventContract, follow, list, roomOn, store, typesOf } from "./event-log.ts";

eventContract("SQLite", async () => openSqlite({ path: ":memory:" }));
eventContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });

describe("events of several writers on Postgres", { skip: postgresUnavailable() }, () => {
  it("tell nothing behind a number that is taken and not committed, and everything once it is", async () => {
    await using place = await openPlace();
    await using writer = await place.writer();
    using tail = follow(place.room, {});
    await tail.take(1);
    await writer.begin("early");
    await store(place.room, ["late"]);
    // The later number is there; it is held back as long as the earlier one may come.
    assert.deepEqual(typesOf(await list(place.room, { after: 0 })), []);
    await writer.commit();
    assert.deepEqual(await tail.types(2), ["early", "late"]);
    assert.deepEqual(typesOf(await list(place.room, { after: 0 })), ["early", "late"]);
  });

  it("go on past a number whose transaction was undone", async () => {
    await using place = await openPlace();
    await using writer = await place.writer();
    await store(place.room, ["first"]);
    using tail = follow(place.room, { after: 0 });
    assert.deepEqual(await tail.types(1), ["first"]);
    await writer.begin("never");
    await store(place.room, ["late"]);
    await writer.rollback();
    assert.deepEqual(await tail.types(1), ["late"]);
  });

  it("are told to a follower in another process", async () => {
    await using place = await openPlace();
    await using other = await place.room2();
    using tail = follow(other.room, {});
    await tail.take(1);
    await store(place.room, ["from elsewhere"]);
    assert.deepEqual(await tail.types(1), ["from elsewhere"]);
  });

  it("are told once each and in their order while many write at once", async () => {
    await using place = await openPlace();
    const each = 200;
    using tail = follow(place.room, {});
    await tail.take(1);
    const writers = Array.from({ length: 4 }, async (_none, who) => {
      for (let count = 0; count < each; count++) await store(place.room, [`w${who}`, `w${who}`]);
    });
    const told = await tail.take(4 * each * 2);
    await Promise.all(writers);
    const numbers = told.map((event) => ("sequence" in event ? event.sequence : Number.NaN));
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].toSorted((a, b) => a - b),
    );
    const stored = await place.count();
    assert.equal(numbers.length, stored);
  });
});

async function openPlace() {
  const schema = `events_${process.pid}_${process.hrtime.bigint()}`;
  const url = postgresAddress() ?? "";
  const open = () => openPostgres({ url, schema, connections: 6 });
  const database = await open();
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
    await client.connect();
    return client;
  };
  return {
    room: await roomOn(database),
    async room2() {
      const second = await open();
      return { room: await roomOn(second), [Symbol.asyncDispose]: () => second[Symbol.asyncDispose]() };
    },
    /** A transaction that stands still where it is told to. */
    async writer() {
      const client = await connect();
      return {
        async begin(type: string) {
          await client.query("begin");
          await client.query("insert into events (type, subject, time) values ($1, 'outside', 0)", [type]);
        },
        commit: () => client.query("commit"),
        rollback: () => client.query("rollback"),
        [Symbol.asyncDispose]: () => client.end(),
      };
    },
    async count() {
      const client = await connect();
      const { rows } = await client.query("select count(*)::int as count from events");
      await client.end();
      return (rows[0] as { count: number }).count;
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      const client = await connect();
      await client.query(`drop schema "${schema}" cascade`);
      await client.end();
    },
  };
}
