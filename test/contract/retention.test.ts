import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { retentionContract } from "./retention.ts";

retentionContract("SQLite", async () => openSqlite({ path: ":memory:" }));
retentionContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
