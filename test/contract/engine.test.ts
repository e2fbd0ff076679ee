import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { engineContract } from "./engine.ts";

engineContract("SQLite in memory", async () => openSqlite({ path: ":memory:" }));
engineContract("SQLite on disk", async () =>
  openSqlite({ path: join(mkdtempSync(join(tmpdir(), "tutti-engine-")), "test.db") }),
);
engineContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
