import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { openReadEngine } from "./read-case.ts";
import { readContract } from "./read.ts";

readContract("SQLite", (options) => openReadEngine(openSqlite({ path: ":memory:" }), options));
readContract("Postgres", async (options) => openReadEngine(await openScratchPostgres(), options), {
  skip: postgresUnavailable(),
});
