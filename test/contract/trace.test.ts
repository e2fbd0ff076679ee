import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { traceContract } from "./trace.ts";

traceContract("SQLite in memory", async () => openSqlite({ path: ":memory:" }));
traceContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
