// npm run schema: writes the tables and indexes as the migrations leave them, for reviewers to read. Needs a Postgres.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeMigrations } from "../../src/app.ts";
import { homeToDescribe } from "../../src/cli/nowhere.ts";
import type { Database } from "../../src/storage/database.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "./postgres.ts";

export type Dialect = Database["dialect"];

const fileOf = (dialect: Dialect): string =>
  fileURLToPath(new URL(`../../src/storage/schema.${dialect}.sql`, import.meta.url));

/** The schema that the migrations of all rooms make. */
export async function madeSchema(dialect: Dialect): Promise<string> {
  await using database = dialect === "sqlite" ? openSqlite({ path: ":memory:" }) : await openScratchPostgres();
  await database.migrate(describeMigrations({ ...homeToDescribe(), environment: {} }));
  // Awaited here: the database is closed with this block.
  return await database.schemaText();
}

export const storedSchema = (dialect: Dialect): string => readFileSync(fileOf(dialect), "utf8");

async function main(): Promise<void> {
  writeFileSync(fileOf("sqlite"), await madeSchema("sqlite"));
  const missing = postgresUnavailable();
  if (missing) console.error(`schema.postgres.sql was not written: ${missing}`);
  else writeFileSync(fileOf("postgres"), await madeSchema("postgres"));
}

if (import.meta.main) await main();
