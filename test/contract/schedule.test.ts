import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { scheduleContract } from "./schedule.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-schedule-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

scheduleContract("SQLite in memory", async () => openSqlite({ path: ":memory:" }));
scheduleContract("SQLite on disk", async () => openSqlite({ path: join(folder, `${count++}.db`) }));
scheduleContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
