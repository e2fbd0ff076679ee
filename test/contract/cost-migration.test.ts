import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { costMigrations } from "../../src/cost/cost-table.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import type { Row } from "../../src/storage/database.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";

const databases = [
  { name: "SQLite", open: async () => openSqlite({ path: ":memory:" }), skip: false as const },
  { name: "Postgres", open: openScratchPostgres, skip: postgresUnavailable() },
];

for (const { name, open, skip } of databases) {
  describe(`a ledger from before calls had kinds, on ${name}`, { skip }, () => {
    test("has the same sums by day afterwards, and what budgets made later count from", async () => {
      await using database = await open();
      await database.migrate([{ room: "cost", migrations: costMigrations.slice(0, 1) }]);
      const call = (id: string, state: string, values: string): string =>
        `insert into cost_calls (id, holder, state, model, flow, hour, day, began_at, bound_input, bound_ms, holds,
          is_estimated, charged_calls, charged_tokens, input, output) values ('${id}', 'me', '${state}', 'a/b', 'f', '2026-11-25T09+00:00', '2026-11-25', 1, 1, 1, '[]', ${values})`;
      const rows = [
        call("1", "settled", "0, 1, 5, 3, 2"),
        call("2", "estimated", "1, 1, 40, null, null"),
        call("3", "reserved", "0, null, null, null, null"),
      ];
      await database.write(rows.map((sql) => ({ sql, parameters: [] })));
      await database.migrate([{ room: "cost", migrations: costMigrations }]);
      const sql =
        "select day, kind, model, agent, flow, calls, estimated, estimated_tokens, unknown, unpriced, input, output, charged_tokens, money from cost_days";
      const found = await database.read<Row>({ sql, parameters: [], query: { kind: "RawNode" } } as never);
      const known = { input: 3, output: 2, charged_tokens: 45, money: null };
      const counts = { calls: 2, estimated: 1, estimated_tokens: 40, unknown: 0, unpriced: 2 };
      assert.deepEqual(
        found.map((row) => Object.fromEntries(Object.entries(row))),
        [{ day: "2026-11-25", kind: "chat", model: "a/b", agent: "", flow: "f", ...counts, ...known }],
      );
    });
  });
}
