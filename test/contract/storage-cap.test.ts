import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { capContract } from "./storage-cap.ts";

capContract("SQLite", async (home) => openSqlite({ path: home.tenant("default").database }));
capContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
