import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
} from "kysely";
import pg from "pg";
import type { SqlValue, Statement } from "../core/statement.ts";
import type { Database, RoomMigrations, Row, WriteResult } from "./database.ts";
import { pendingMigrations } from "./migration.ts";
import { connectionConfig, toStorageError } from "./postgres-connection.ts";
import { postgresSpace } from "./postgres-space.ts";

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** The tenant's own schema; made where it is missing. */
  readonly schema: string;
  readonly connections?: number;
}

// Lets two processes that start at once run the migrations one after the other; any constant will do.
const migrationLock = 7_482_013;

/** Opens a schema of a Postgres database. */
export async function openPostgres({ url, schema, connections = 10 }: PostgresOptions): Promise<Database> {
  const pool = new pg.Pool({
    ...connectionConfig(url, `-c search_path=${schema}`),
    max: connections,
    types: {
      getTypeParser: ((oid: number, format: "text") =>
        oid === 20 ? Number : pg.types.getTypeParser(oid, format)) as never,
    },
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => undefined);
  const connect = (): Promise<pg.PoolClient> =>
    pool.connect().catch((error: unknown) => {
      throw toStorageError(error);
    });
  await withClient(connect, (client) => client.query(`create schema if not exists "${schema}"`));
  return {
    dialect: "postgres",
    capabilities: { sharedWriters: true },
    build: postgresBuilder(),
    async read<Result>(query: CompiledQuery<Result>): Promise<Result[]> {
      const result = await pool.query(query.sql, [...query.parameters]).catch((error: unknown) => {
        throw toStorageError(error);
      });
      return result.rows as Result[];
    },
    write: (statements) => untilNoDeadlock(() => withClient(connect, (client) => writeBatch(client, statements))),
    migrate: (rooms) => withClient(connect, (client) => migrate(client, rooms, schema)),
    space: postgresSpace(
      (text, values) => withClient(connect, async (client) => (await client.query(text, values)).rows),
      schema,
    ),
    schemaText: () => withClient(connect, (client) => schemaText(client, schema)),
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
}

async function withClient<Result>(
  connect: () => Promise<pg.PoolClient>,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    // The state of its transaction is unknown: the pool must not hand it out again.
    client.release(true);
    throw toStorageError(error);
  }
}

// Postgres ends one of two transactions that wait for each other; the batch is whole, so it can simply be run again.
const mostDeadlocks = 5;

async function untilNoDeadlock<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      if ((code !== "40P01" && code !== "40001") || attempt >= mostDeadlocks) throw error;
    }
  }
}

async function writeBatch(client: pg.PoolClient, statements: readonly Statement[]): Promise<WriteResult> {
  const [begun, ...sent] = await Promise.allSettled([
    client.query("begin"),
    ...statements.map(({ sql, parameters }) => client.query(sql, parameters as SqlValue[])),
  ]);
  if (begun?.status === "rejected") throw begun.reason;
  // What follows a failed statement only says that its transaction is broken: the first reason is the one to tell.
  const results = sent.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  const failedGuard = statements.findIndex(({ guard }, index) => guard && (results[index]?.rowCount ?? 0) === 0);
  await client.query(failedGuard < 0 ? "commit" : "rollback");
  if (failedGuard >= 0) return { committed: false, failedGuard };
  return { committed: true, rows: results.map(({ rows }) => rows as Row[]) };
}

async function migrate(client: pg.PoolClient, rooms: readonly RoomMigrations[], where: string): Promise<void> {
  await client.query("begin");
  await client.query("select pg_advisory_xact_lock($1)", [migrationLock]);
  await client.query(
    "create table if not exists tutti_migrations (room text not null, name text not null, applied_at bigint not null, primary key (room, name))",
  );
  const applied = await client.query("select room, name from tutti_migrations");
  for (const { room, migration } of pendingMigrations(rooms, applied.rows as Row[], where)) {
    for (const sql of migration.postgres) await client.query(sql);
    await client.query(
      "insert into tutti_migrations (room, name, applied_at) values ($1, $2, (extract(epoch from now()) * 1000)::bigint)",
      [room, migration.name],
    );
  }
  await client.query("commit");
}

async function schemaText(client: pg.PoolClient, schema: string): Promise<string> {
  const columns = await client.query(
    "select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = $1 order by table_name, ordinal_position",
    [schema],
  );
  const indexes = await client.query(
    "select indexdef from pg_indexes where schemaname = $1 order by tablename, indexname",
    [schema],
  );
  const byTable = Map.groupBy(columns.rows as Record<string, string>[], (row) => row["table_name"] ?? "");
  const tables = [...byTable].map(([table, rows]) => {
    const lines = rows.map(
      (row) => `  ${row["column_name"]} ${row["data_type"]}${row["is_nullable"] === "NO" ? " not null" : ""}`,
    );
    return `create table ${table} (\n${lines.join(",\n")}\n);`;
  });
  const definitions = (indexes.rows as Record<string, string>[]).map(
    (row) => `${(row["indexdef"] ?? "").replaceAll(`${schema}.`, "")};`,
  );
  return `${[...tables, ...definitions].join("\n\n")}\n`;
}

function postgresBuilder(): Kysely<unknown> {
  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
