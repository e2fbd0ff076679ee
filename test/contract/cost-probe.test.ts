import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModels, modelsSettings, type Models } from "../../src/models/capability.ts";
import { modelMigrations } from "../../src/models/model-table.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { startOllamaServer, type Reply } from "../support/ollama-server.ts";
import { needs, ollamaAddress } from "../support/services.ts";
import { openCostEngine, type CostEngine } from "./cost-case.ts";

interface Case {
  readonly engine: CostEngine;
  readonly models: Models;
  readonly probe: (model: string) => Promise<unknown>;
}

/** The rooms of models and of cost on each other, as app.ts puts them. */
async function open(url: string, work: (made: Case) => Promise<void>): Promise<void> {
  await using database = openSqlite({ path: ":memory:" });
  await database.migrate([{ room: "models", migrations: modelMigrations }]);
  await using engine = await openCostEngine(openSqlite({ path: ":memory:" }), { models: [] });
  const { meter, meterEmbedding } = engine.cost();
  const settings = modelsSettings.parse({ host: url, parallel: 1, numCtx: 512 });
  const models = createModels({ settings, database, meter, meterEmbedding });
  const operation = models.operations.find(({ name }) => name === "models.probe") ?? assert.fail("no probe");
  const signal = new AbortController().signal;
  await work({
    engine,
    models,
    async probe(model) {
      const stages = operation.handle(operation.input.parse({ model }) as never, { signal, caller: "test" });
      const iterator = stages as AsyncGenerator<unknown, unknown>;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return value;
      }
    },
  });
}

const servers = [
  { name: "the HTTP double", url: undefined, skip: false as const },
  { name: "the real Ollama", url: ollamaAddress(), skip: needs("ollama", ollamaAddress()) },
];

for (const { name, url, skip } of servers) {
  describe(`a probe of ${name}`, { skip, timeout: 120_000 }, () => {
    const withServer = async (work: (made: Case) => Promise<void>): Promise<void> => {
      if (url !== undefined) return open(url, work);
      await using server = await startOllamaServer({ models: ["tiny-chat", "all-minilm"] });
      await open(server.url, work);
    };

    test("has every call in the ledger, as a probe's and of no run, and so are vectors", () =>
      withServer(async ({ engine, models, probe }) => {
        await probe("tiny-chat");
        await probe("all-minilm");
        const embedder = await models.registry.embedding("all-minilm");
        await embedder.embed(["one text", "another"], { signal: new AbortController().signal });
        const rows = await engine.rows(
          "select kind, model, state, run, count(*) as calls, min(input) as least, count(total_ms) as timed from cost_calls where charged_calls = 1 group by 1, 2, 3, 4 order by 1, 2",
        );
        assert.deepEqual(
          rows.map(({ kind, model, state, run }) => [kind, model, state, run]),
          [
            ["embedding", "ollama/all-minilm", "settled", null],
            ["probe", "ollama/all-minilm", "settled", null],
            ["probe", "ollama/tiny-chat", "settled", null],
          ],
        );
        const [vectors, ofEmbedder, ofChat] = rows;
        assert.deepEqual([vectors?.["calls"], vectors?.["timed"]], [1, 1]);
        assert.ok(Number(ofEmbedder?.["calls"]) >= 2 && Number(ofChat?.["calls"]) >= 4);
        for (const { least } of rows) assert.ok(Number(least) > 0);
      }));

    test("is refused where a budget has no room for it", () =>
      withServer(async ({ engine, probe }) => {
        await engine.op("budget.set", { name: "none", window: "total", tokens: 1 });
        await assert.rejects(probe("tiny-chat"), { code: "budget.exceeded" });
        assert.deepEqual(await engine.rows("select id from cost_calls"), []);
      }));
  });
}

test("a probe waits in line before its server like any other call", async () => {
  const gate = Promise.withResolvers<Reply>();
  await using server = await startOllamaServer({
    models: ["tiny-chat"],
    reply: (_body, index) => (index === 0 ? gate.promise : "an answer"),
  });
  await open(server.url, async ({ models, probe }) => {
    const chat = await models.registry.chat("ollama/tiny-chat");
    const [line] = models.registry.servers();
    const view = () => line?.queue.view() ?? assert.fail("no line");
    const messages = [{ role: "user" as const, content: "first" }];
    const first = chat.chat({ messages }, { signal: new AbortController().signal });
    await until(() => server.chats.length === 1);
    const probing = probe("tiny-chat");
    await until(() => view().waiting === 1);
    assert.deepEqual([server.chats.length, view().inFlight], [1, 1]);
    gate.resolve("done");
    assert.equal((await first).text, "done");
    await probing;
    assert.ok(server.chats.length > 4);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
