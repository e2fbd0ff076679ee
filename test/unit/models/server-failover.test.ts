import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closedDatabase } from "../../../src/storage/sqlite.ts";
import { createModels, modelsSettings } from "../../../src/models/capability.ts";
import { createModelRegistry } from "../../../src/models/registry.ts";
import { ask, assertCode, failure, unaborted, user } from "../../contract/chat-model.ts";
import { startOllamaServer, type OllamaReply } from "../../support/ollama-server.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";

const hello = { messages: [user("hello")] };
const nowhere = "127.0.0.1:9";
const busy: OllamaReply = { error: { status: 503, message: "server busy" } };

describe("several model servers", () => {
  test("a name says which server answers", async () => {
    await using one = await startOllamaServer({ reply: "from one" });
    await using two = await startOllamaServer({ reply: "from two" });
    const registry = createModelRegistry({ ollamaUrl: one.url, servers: { fast: { url: two.url } } });
    const model = await registry.chat("fast/tiny-chat");
    const answer = await ask(model, hello);
    assert.deepEqual([answer.text, answer.model, model.name], ["from two", "fast/tiny-chat", "fast/tiny-chat"]);
    assert.equal((await ask(await registry.chat("tiny-chat"), hello)).model, "ollama/tiny-chat");
    const list = await registry.list(unaborted());
    assert.deepEqual(
      list.map(({ provider }) => provider),
      ["ollama", "fast"],
    );
  });

  test("a server that is down hides only its own models", async () => {
    await using one = await startOllamaServer();
    const registry = createModelRegistry({ ollamaUrl: one.url, servers: { gone: { url: nowhere } } });
    assert.equal((await registry.list(unaborted())).length, 1);
  });

  test("a host that nobody allowed gets no request, whatever kind of server it is", async () => {
    const fetch = (): Promise<Response> => assert.fail("a request was sent");
    const registry = createModelRegistry({
      ollamaUrl: nowhere,
      servers: { far: { url: "gpu-box" } },
      openai: { cloud: { url: "https://api.example.com/v1" } },
      fetch,
    });
    for (const name of ["far/any", "cloud/any"]) {
      const error = await failure(await registry.chat(name), hello);
      assertCode(error, "model.unreachable");
      assert.match(error.hint ?? "", /models\.allowRemote/);
    }
    assert.equal((await registry.reachable("cloud/any")).ok, false);
  });

  test("each server has a line of its own", async () => {
    await using one = await startOllamaServer({ reply: { hang: "start" } });
    await using two = await startOllamaServer({ reply: "well" });
    const registry = createModelRegistry({ ollamaUrl: one.url, servers: { fast: { url: two.url } } });
    const abort = new AbortController();
    const stuck = failure(await registry.chat("tiny-chat"), hello, { signal: abort.signal });
    assert.equal((await ask(await registry.chat("fast/tiny-chat"), hello)).text, "well");
    abort.abort();
    await stuck;
  });

  test("the list of servers tells how each is doing", async () => {
    await using one = await startOllamaServer();
    const settings = modelsSettings.parse({ host: one.url, servers: { gone: nowhere }, maxLoaded: 2, parallel: 4 });
    const models = createModels({ settings, database: closedDatabase() });
    await ask(await models.registry.chat("tiny-chat"), hello);
    const operation = models.operations.find(({ name }) => name === "models.servers");
    const rows = (await operation?.handle({} as never, { signal: unaborted(), caller: "test" })) as Record<
      string,
      unknown
    >[];
    assert.deepEqual(
      rows.map(({ name, reachable, loaded, parallel, maxLoaded }) => [name, reachable, loaded, parallel, maxLoaded]),
      [
        ["ollama", true, ["tiny-chat:latest"], 4, 2],
        ["gone", false, [], 4, 2],
      ],
    );
    assert.match(String(rows[1]?.["reason"]), /connection refused/);
    const other = createModels({ settings, database: closedDatabase() });
    const elsewhere = other.operations.find(({ name }) => name === "models.servers");
    const told = (await elsewhere?.handle({} as never, { signal: unaborted(), caller: "test" })) as typeof rows;
    assert.deepEqual(told[0]?.["loaded"], ["tiny-chat:latest"], "what another process has loaded is told too");
    const checks = models.checks ?? [];
    assert.deepEqual(await Promise.all(checks.map(async (check) => (await check.run(unaborted())).status)), [
      "ok",
      "off",
      "warn",
    ]);
  });
});

describe("failover", () => {
  test("where the first server is not there the next one answers, and the answer says so", async () => {
    await using two = await startOllamaServer({ reply: "from two" });
    const registry = createModelRegistry({
      ollamaUrl: nowhere,
      servers: { fast: { url: two.url } },
      failover: ["ollama", "fast"],
    });
    const model = await registry.chat("tiny-chat");
    const answer = await ask(model, hello);
    assert.deepEqual([model.name, answer.model], ["ollama/tiny-chat", "fast/tiny-chat"]);
    assert.equal((await registry.chat("default")).name, "ollama/tiny-chat:latest");
  });

  test("a server that was named is not left for another", async () => {
    await using two = await startOllamaServer();
    const registry = createModelRegistry({
      ollamaUrl: nowhere,
      servers: { fast: { url: two.url } },
      failover: ["ollama", "fast"],
    });
    assertCode(await failure(await registry.chat("ollama/tiny-chat"), hello), "model.unreachable");
    assert.equal(two.chats.length, 0);
  });

  test("a server that is too busy is left for the next one", async () => {
    await using one = await startOllamaServer({ reply: busy });
    await using two = await startOllamaServer({ reply: "from two" });
    const registry = createModelRegistry({
      ollamaUrl: one.url,
      servers: { fast: { url: two.url } },
      failover: ["ollama", "fast"],
    });
    const model = await registry.chat("tiny-chat");
    assert.equal((await ask(model, hello)).model, "fast/tiny-chat");
    assert.equal((await ask(model, hello)).model, "fast/tiny-chat");
    // It had said that it is busy a moment ago.
    assert.equal(one.chats.length, 1);
  });

  test("where all are too busy the call waits for the first", async () => {
    let turn = 0;
    await using one = await startOllamaServer({ reply: () => (turn++ === 0 ? busy : { text: "from one" }) });
    await using two = await startOllamaServer({ reply: busy });
    const registry = createModelRegistry({
      ollamaUrl: one.url,
      servers: { fast: { url: two.url } },
      failover: ["ollama", "fast"],
    });
    assert.equal((await ask(await registry.chat("tiny-chat"), hello)).model, "ollama/tiny-chat");
  });

  test("a server that lacks the model is left for the next one; where all do, each is named with what it has", async () => {
    await using one = await startOllamaServer({ models: ["other"] });
    await using two = await startOllamaServer({ reply: "from two" });
    const servers = { two: { url: two.url }, gone: { url: nowhere } };
    const registry = createModelRegistry({ ollamaUrl: one.url, servers, failover: ["ollama", "two"] });
    assert.equal((await ask(await registry.chat("tiny-chat"), hello)).model, "two/tiny-chat");
    const error = await failure(await registry.chat("nobody-has-it"), hello);
    assertCode(error, "model.missing");
    assert.match(error.message, /ollama: .*other:latest; two: .*tiny-chat:latest/);
    const half = createModelRegistry({ ollamaUrl: one.url, servers, failover: ["gone", "ollama"] });
    const down = await failure(await half.chat("tiny-chat"), hello);
    assertCode(down, "model.unreachable");
    assert.match(down.message, /gone: .*connection refused.*ollama: The model tiny-chat is not installed/);
  });

  test("after the first token nobody else is asked", async () => {
    await using one = await startOllamaServer({ reply: { text: "half an", wordDelayMs: 20, hang: "cut" } });
    await using two = await startOllamaServer();
    const registry = createModelRegistry({
      ollamaUrl: one.url,
      servers: { fast: { url: two.url } },
      failover: ["ollama", "fast"],
    });
    assertCode(await failure(await registry.chat("tiny-chat"), hello), "model.unreachable");
    assert.equal(two.chats.length, 0);
  });

  test("an error that is about the request is not carried to another server", async () => {
    await using one = await startOllamaServer({ reply: { error: { status: 500, message: "out of memory" } } });
    await using two = await startOllamaServer();
    const registry = createModelRegistry({
      ollamaUrl: one.url,
      servers: { fast: { url: two.url } },
      failover: ["ollama", "fast"],
    });
    assertCode(await failure(await registry.chat("tiny-chat"), hello), "model.bad_answer");
    assert.equal(two.chats.length, 0);
  });

  test("an Ollama may stand in for a server of another kind", async () => {
    await using box = await startOpenAiServer({ reply: { error: { status: 503, message: "loading model" } } });
    await using two = await startOllamaServer({ reply: "from two" });
    const registry = createModelRegistry({
      ollamaUrl: two.url,
      openai: { box: { url: box.url } },
      failover: ["box", "ollama"],
    });
    assert.equal((await ask(await registry.chat("tiny-chat"), hello)).model, "ollama/tiny-chat");
  });

  test("each try is metered by the server that it goes to, and may outgrow what was reserved for the one before", async () => {
    await using two = await startOllamaServer();
    const asked: [string, number | undefined][] = [];
    const registry = createModelRegistry({
      ollamaUrl: two.url,
      servers: { gone: { url: nowhere } },
      failover: ["gone", "ollama"],
      numCtx: 512,
      // A budget keeps a call to the context that it has reserved.
      meter: (model) => ({
        name: model.name,
        chat(request, call) {
          const numCtx = registry.contextOf(model.name);
          asked.push([model.name, numCtx]);
          return model.chat({ ...request, options: { ...request.options, ...(numCtx && { numCtx }) } }, call);
        },
      }),
    });
    const prompt = { messages: [user("word ".repeat(900))], options: { maxTokens: 8 }, onOverflow: "grow" as const };
    const answer = await ask(await registry.chat("tiny-chat"), prompt);
    assert.deepEqual([answer.model, answer.grown], ["ollama/tiny-chat", { from: 512, to: 2_048 }]);
    assert.deepEqual(asked, [
      ["ollama/tiny-chat", 512],
      ["ollama/tiny-chat", 2_048],
    ]);
  });

  test("a model is looked at, and the default is said to be reachable, where calls of it go", async () => {
    await using two = await startOllamaServer();
    const registry = createModelRegistry({
      ollamaUrl: two.url,
      servers: { gone: { url: nowhere } },
      failover: ["gone", "ollama"],
    });
    assert.equal((await registry.keeperOf("tiny-chat")).full, "ollama/tiny-chat:latest");
    assert.equal((await registry.keeperOf("default")).full, "ollama/tiny-chat:latest");
    assert.equal((await registry.keeperOf("gone/tiny-chat")).full, "gone/tiny-chat:latest");
    assert.equal((await registry.reachable()).ok, true);
    assert.equal((await registry.reachable("gone/tiny-chat")).ok, false);
  });

  test("where none answers, the error names each with its reason", async () => {
    const registry = createModelRegistry({
      ollamaUrl: nowhere,
      servers: { fast: { url: "127.0.0.1:10" } },
      failover: ["ollama", "fast"],
    });
    const error = await failure(await registry.chat("tiny-chat"), hello);
    assertCode(error, "model.unreachable");
    assert.match(error.message, /ollama: .*127\.0\.0\.1:9.*fast: .*127\.0\.0\.1:10/);
  });

  test("a name that is no server is refused, with those that there are", () => {
    assert.throws(
      () => createModelRegistry({ ollamaUrl: nowhere, failover: ["fsat"], servers: { fast: { url: nowhere } } }),
      {
        code: "config.invalid",
        hint: /ollama, fast/,
      },
    );
  });
});
