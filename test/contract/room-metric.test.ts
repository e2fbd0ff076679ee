import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../src/core/clock.ts";
import { runMetrics } from "../../src/engine/read/metric.ts";
import type { Database } from "../../src/storage/database.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openMigrated } from "../support/engine.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { figures, roomMetricContract } from "./room-metric.ts";

roomMetricContract("SQLite", async () => openSqlite({ path: ":memory:" }));
roomMetricContract("Postgres", openScratchPostgres, { skip: postgresUnavailable() });

describe("the figures of runs", () => {
  it("are found by an index, however many runs have ended", async () => {
    await using database = await openMigrated();
    const asked: string[] = [];
    const watched: Database = { ...database, read: (query) => (asked.push(query.sql), database.read(query)) };
    await figures(runMetrics({ database: watched, clock: systemClock }));
    assert.equal(asked.length, 2);
    for (const sql of asked) {
      const parameters = ["queued", "running", "waiting", "paused"].slice(0, sql.split("?").length - 1);
      const explained = { sql: `explain query plan ${sql}`, parameters, query: { kind: "RawNode" } };
      const plan = await database.read<{ detail: string }>(explained as never);
      const details = plan.map(({ detail }) => detail).join("; ");
      assert.match(details, /SEARCH runs USING (COVERING )?INDEX runs_(status|open) /, sql);
      assert.doesNotMatch(details, /SCAN runs|TEMP B-TREE FOR ORDER/, sql);
    }
  });
});
