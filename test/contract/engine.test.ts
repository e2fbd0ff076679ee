import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { engineContract } from "./engine.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-engine-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

engineContract("SQLite in memory", async () => openSqlite({ path: ":memory:" }));
engineContract("SQLite on disk", async () => openSqlite({ path: join(folder, `${count++}.db`) }));
engineContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
