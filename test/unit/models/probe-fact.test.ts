import assert from "node:assert/strict";
import { test } from "node:test";
import { modelMigrations } from "../../../src/models/model-table.ts";
import { createProbeStore } from "../../../src/models/model-store.ts";
import { factsOfServers } from "../../../src/models/probe-fact.ts";
import type { ProbeFacts } from "../../../src/models/probe.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";

const of = (server: string, model: string): ProbeFacts => ({
  model,
  server,
  digest: "d",
  probedAt: 1,
  tookMs: 1,
  kind: "chat",
  tools: "native",
  schema: { streamed: "kept", whole: "kept", thinking: null },
  thinking: "none",
  contextAsked: null,
  contextGranted: null,
  loadMs: null,
  firstTokenMs: null,
  promptTokensPerSecond: null,
  outputTokensPerSecond: null,
  dimensions: null,
  notes: [],
});

test("what probes have found is told of the models of every server, not of the first alone", async () => {
  await using database = openSqlite({ path: ":memory:" });
  await database.migrate([{ room: "models", migrations: modelMigrations }]);
  const probes = createProbeStore(database);
  for (const facts of [of("http://a", "ollama/x"), of("http://b", "fast/x"), of("http://c", "old/x")])
    await probes.save(facts);
  const servers = () => [{ url: "http://a" }, { url: "http://b" }];
  const found = await factsOfServers({ servers }, probes);
  assert.deepEqual(
    found.map(({ model }) => model),
    ["ollama/x", "fast/x"],
  );
});
