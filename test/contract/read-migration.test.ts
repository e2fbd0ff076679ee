import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engineMigrations } from "../../src/engine/run-table.ts";
import type { Database, Row } from "../../src/storage/database.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";

const databases = [
  { name: "SQLite", open: async () => openSqlite({ path: ":memory:" }), skip: false as const },
  { name: "Postgres", open: openScratchPostgres, skip: postgresUnavailable() },
];

const before = engineMigrations.slice(
  0,
  engineMigrations.findIndex(({ name }) => name === "003-reads"),
);

interface OldRun {
  readonly id: string;
  readonly failure?: string;
  readonly usage?: string;
  readonly parent?: string;
  readonly trigger?: string;
}

for (const { name, open, skip } of databases) {
  describe(`runs from before lists had columns of their own, on ${name}`, { skip }, () => {
    test("get what can be read from their rows", async () => {
      await using database = await openOld(open, [
        { id: "run_1", usage: '{"calls":2,"models":["a/b","c/d"],"inputTokens":3,"outputTokens":4}', trigger: "cli" },
        { id: "run_2", usage: '{"calls":0}', parent: "run_1" },
        { id: "run_3", failure: '{"code":"step.failed","message":"no \\"room\\""}', parent: "run_1", trigger: "x" },
        { id: "run_4" },
      ]);
      const step = `insert into journal (run_id, seq, key, kind, name, status, failure, attempts, finished_at) values ('run_3', `;
      const same = `'{"code":"step.failed","message":"no \\"room\\""}', 1, 1)`;
      await write(database, [
        `${step} 1, 'first', 'step', 'first', 'failed', '{"code":"other"}', 1, 1)`,
        `${step} 2, 'save#1', 'attempt', 'save', 'failed', ${same}`,
        `${step} 3, 'save', 'step', 'save', 'failed', ${same}`,
      ]);
      assert.deepEqual(await migrated(database), [
        ["run_1", "cli", "a/b,c/d", 3, 4, null, null, null],
        ["run_2", "run:run_1", null, null, null, null, null, null],
        ["run_3", "x", null, null, null, "step.failed", "save", 'no "room"'],
        ["run_4", null, null, null, null, null, null, null],
      ]);
    });

    test("keep nobody from the database, whatever their failures say", async () => {
      const long = "x".repeat(600);
      await using database = await openOld(open, [
        { id: "run_1", failure: '{"code":"step.failed","message":"a\\u0000b"}' },
        { id: "run_2", failure: '{"code":"step.failed","message":"half a pair: \\ud83d"}' },
        { id: "run_3", failure: '{"code":"step.failed","message":"C:\\\\u0000.txt"}' },
        { id: "run_4", failure: "@blob" },
        { id: "run_5", failure: `{"code":"step.failed","message":"${long}"}` },
        { id: "run_6", failure: '{"code":"step.failed"}' },
      ]);
      const rows = await migrated(database);
      assert.deepEqual(
        rows.map(([id]) => id),
        ["run_1", "run_2", "run_3", "run_4", "run_5", "run_6"],
      );
      assert.deepEqual(rows[3]?.slice(5), [null, null, null]);
      assert.deepEqual(rows[4]?.slice(5), ["step.failed", null, long.slice(0, 500)]);
      assert.deepEqual(rows[5]?.slice(5), ["step.failed", null, null]);
    });
  });
}

async function openOld(open: () => Promise<Database>, runs: readonly OldRun[]): Promise<Database> {
  const database = await open();
  await database.migrate([{ room: "engine", migrations: before }]);
  await write(
    database,
    runs.map(
      ({ id, failure, usage, parent, trigger }) =>
        `insert into runs (id, flow, status, seed, priority, created_at, epoch, wake, seq, deaths, failure, usage, parent_run, trigger)
          values ('${id}', 'f', 'failed', 1, 0, 1, 0, 0, 0, 0, ${[failure, usage, parent, trigger].map(literal).join(", ")})`,
    ),
  );
  return database;
}

const literal = (text: string | undefined): string => (text === undefined ? "null" : `'${text}'`);

async function write(database: Database, statements: readonly string[]): Promise<void> {
  await database.write(statements.map((sql) => ({ sql, parameters: [] })));
}

async function migrated(database: Database): Promise<unknown[][]> {
  await database.migrate([{ room: "engine", migrations: engineMigrations }]);
  const sql = `select id, trigger, models, input_tokens, output_tokens, error_code, error_step, error_text from runs order by id`;
  const rows = await database.read<Row>({ sql, parameters: [], query: { kind: "RawNode" } } as never);
  return rows.map((row) => Object.values(row));
}
