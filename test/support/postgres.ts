import pg from "pg";
import { needs, postgresAddress } from "./services.ts";
import type { Database } from "../../src/storage/database.ts";
import { openPostgres } from "../../src/storage/postgres.ts";

const url = postgresAddress();
let count = 0;

/** False where a real Postgres is there, else the reason to skip; where CI asks for all services that is an error. */
export const postgresUnavailable = (): string | false => needs("postgres", url);

function scratchSchema(): string {
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
