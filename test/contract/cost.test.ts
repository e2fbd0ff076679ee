import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { costContract } from "./cost.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-cost-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

costContract("SQLite", async () => openSqlite({ path: join(folder, `${count++}.db`) }));
costContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });
