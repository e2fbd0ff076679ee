import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createProbeStore } from "../../src/models/model-store.ts";
import { modelMigrations } from "../../src/models/model-table.ts";
import type { ProbeFacts } from "../../src/models/probe/probe.ts";
import { probeState } from "../../src/models/probe/fact.ts";
import type { Database } from "../../src/storage/database.ts";
import { closedDatabase, openSqlite } from "../../src/storage/sqlite.ts";
import { openScratchPostgres, postgresUnavailable } from "../support/postgres.ts";
import { madeUpFacts } from "../unit/models/made-up-facts.ts";

const stores = [
  { name: "SQLite", open: async () => openSqlite({ path: ":memory:" }), skip: false as const },
  { name: "Postgres", open: openScratchPostgres, skip: postgresUnavailable() },
];

for (const { name, open, skip } of stores) {
  describe(`probe store on ${name}`, { skip }, () => {
    const opened = async (): Promise<Database> => {
      const database = await open();
      await database.migrate([{ room: "models", migrations: modelMigrations }]);
      return database;
    };

    test("keeps what was measured, the newest first, by server and model", async () => {
      await using database = await opened();
      const store = createProbeStore(database);
      const first = madeUpFacts({ digest: "a", probedAt: 1 });
      const second = madeUpFacts({ digest: "b", probedAt: 2, notes: ["tools: no time was left"] });
      for (const facts of [first, second]) await store.save(facts);
      await store.save(madeUpFacts({ server: "http://gpu-box:11434" }));
      await store.save(madeUpFacts({ model: "ollama/other:latest" }));
      assert.deepEqual(await store.of(first.server, first.model), [second, first]);
      assert.equal((await store.all(first.server)).length, 3);
      assert.deepEqual(await store.of(first.server, "ollama/none:latest"), []);
    });

    test("a probe of the same content takes the place of the earlier one", async () => {
      await using database = await opened();
      const store = createProbeStore(database);
      await store.save(madeUpFacts({ probedAt: 1, tools: "none" }));
      const again = madeUpFacts({ probedAt: 2, tools: "native" });
      await store.save(again);
      assert.deepEqual(await store.of(again.server, again.model), [again]);
    });

    test("what another version has stored in another shape counts as not measured", async () => {
      await using database = await opened();
      const store = createProbeStore(database);
      const facts = madeUpFacts({});
      await store.save(facts);
      const update = { sql: `update model_probes set facts = '{"model":"x"}'`, parameters: [] };
      await database.write([update]);
      assert.deepEqual(await store.all(facts.server), []);
    });
  });
}

test("a list without a database has no probes, and a probe cannot be kept there", async () => {
  const store = createProbeStore(closedDatabase());
  assert.deepEqual(await store.all("http://127.0.0.1:11434"), []);
  await assert.rejects(store.save(madeUpFacts({})), { code: "storage.unavailable" });
});

test("a probe is stale when only another content was measured", () => {
  const old = madeUpFacts({ digest: "a", probedAt: 1 });
  const newer = madeUpFacts({ digest: "b", probedAt: 2 });
  const state = (digest: string, facts: ProbeFacts[]) => {
    const found = probeState(facts, digest);
    return found && [found.facts.digest, found.isStale];
  };
  assert.deepEqual(state("c", [newer, old]), ["b", true]);
  assert.deepEqual(state("a", [newer, old]), ["a", false], "the older content is back");
  assert.equal(state("a", []), null);
});
