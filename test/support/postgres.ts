import pg from "pg";
import type { Database } from "../../src/storage/database.ts";
import { openPostgres } from "../../src/storage/postgres.ts";

const url = process.env["TUTTI_TEST_POSTGRES"];
let count = 0;

/** False where a real Postgres is there, else the reason to skip; where CI asks for all services that is an error. */
export function postgresUnavailable(): string | false {
  if (url) return false;
  if (process.env["CI"] === "true") throw new Error("TUTTI_TEST_POSTGRES names no Postgres server");
  return "no Postgres: set TUTTI_TEST_POSTGRES=postgres://…";
}

export function scratchSchema(): string {
  return `test_${process.pid}_${++count}_${process.hrtime.bigint() % 1_000_000n}`;
}

/** A schema of its own, dropped when the database is closed. */
export async function openScratchPostgres(): Promise<Database> {
  const schema = scratchSchema();
  const database = await openPostgres({ url: url ?? "", schema, connections: 4 });
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`drop schema if exists "${schema}" cascade`);
      await client.end();
    },
  };
}
