import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { retentionContract } from "./retention.ts";

retentionContract("SQLite", async () => openSqlite({ path: ":memory:" }), { graphs: [1, 2, 3] });
retentionContract("Postgres", openScratchPostgres, { graphs: [4], skip: postgresUnavailable() });
