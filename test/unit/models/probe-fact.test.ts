import assert from "node:assert/strict";
import { test } from "node:test";
import { modelMigrations } from "../../../src/models/model-table.ts";
import { createProbeStore } from "../../../src/models/model-store.ts";
import { factsOfServers } from "../../../src/models/probe/fact.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { madeUpFacts } from "./made-up-facts.ts";

test("what probes have found is told of the models of every server, not of the first alone", async () => {
  await using database = openSqlite({ path: ":memory:" });
  await database.migrate([{ room: "models", migrations: modelMigrations }]);
  const probes = createProbeStore(database);
  const made = { "http://a": "ollama/x", "http://b": "fast/x", "http://c": "old/x" };
  for (const [server, model] of Object.entries(made)) await probes.save(madeUpFacts({ server, model }));
  const servers = () => [{ url: "http://a" }, { url: "http://b" }];
  const found = await factsOfServers({ servers }, probes);
  assert.deepEqual(
    found.map(({ model }) => model),
    ["ollama/x", "fast/x"],
  );
});
