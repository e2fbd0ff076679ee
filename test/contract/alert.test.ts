import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { alertContract } from "./alert.ts";

alertContract("SQLite", async () => openSqlite({ path: ":memory:" }));
alertContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
