import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { workVerbsContract } from "./work-verbs.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-work-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

workVerbsContract("SQLite in memory", async () => openSqlite({ path: ":memory:" }));
workVerbsContract("SQLite on disk", async () => openSqlite({ path: join(folder, `${++count}.db`) }));
workVerbsContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
