import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TuttiError } from "../../../src/core/error.ts";
import { createModels, modelsSettings } from "../../../src/models/capability.ts";
import { canaryTool } from "../../../src/models/probe/question.ts";
import { patientFetch, type Fetch } from "../../../src/models/ollama/patient-fetch.ts";
import type { ModelRegistry } from "../../../src/models/registry.ts";
import { createScriptedModel } from "../../../src/models/scripted.ts";
import { createClient, type Client } from "../../../src/sdk/client.ts";
import { createHttpApp } from "../../../src/server/http.ts";
import { closedDatabase, openSqlite } from "../../../src/storage/sqlite.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";
import { startOllamaServer, type OllamaServer, type OllamaServerOptions } from "../../support/ollama-server.ts";

describe("the models' operations, over HTTP", () => {
  test("list models as one has to type them, with what a probe has left", async () => {
    const models = ["tiny-chat", "hf.co/owner/own:Q4", { name: "broken", isDamaged: true }];
    await using room = await openRoom({ models });
    await room.call("models.probe", { model: "tiny-chat" });
    const list = (await room.call("models.list", {})) as Listed[];
    assert.deepEqual(
      list.map(({ model, loaded, loadedContext, problem }) => [model, loaded, loadedContext, problem]),
      [
        ["tiny-chat", true, 8_192, null],
        ["ollama/hf.co/owner/own:Q4", false, null, null],
        ["broken", false, null, "the server cannot read it"],
      ],
    );
    assert.deepEqual(
      list.map(({ probe }) => probe?.isStale ?? null),
      [false, null, null],
    );
  });

  test("show a model by the name that the list tells, also with slashes, and default", async () => {
    await using room = await openRoom({ models: ["tiny-chat", "hf.co/owner/own:Q4"] });
    for (const { model, name } of (await room.call("models.list", {})) as Listed[]) {
      const shown = (await room.call("models.show", { model })) as Listed & { server: string };
      assert.deepEqual([shown.name, shown.server], [name, room.server.url]);
    }
    assert.equal(((await room.call("models.show", { model: "default" })) as Listed).name, "tiny-chat:latest");
  });

  test("a probe of an earlier content is shown as stale, and nobody is told it as a fact", async () => {
    await using room = await openRoom({ models: [{ name: "tiny-chat", digest: "a".repeat(64) }] });
    await room.call("models.probe", { model: "tiny-chat" });
    assert.equal((await room.registry.factsOf("ollama/tiny-chat"))?.tools, "native");
    assert.equal((await room.registry.factsOf("tiny-chat:latest"))?.digest, "a".repeat(64));
    room.server.setModels([{ name: "tiny-chat", digest: "b".repeat(64) }]);
    const [listed] = (await room.call("models.list", {})) as Listed[];
    assert.equal(listed?.probe?.isStale, true);
    room.passMs(61_000);
    assert.equal(await room.registry.factsOf("tiny-chat"), null);
    await room.call("models.probe", { model: "tiny-chat" });
    assert.equal(((await room.call("models.list", {})) as Listed[])[0]?.probe?.isStale, false);
  });

  test("nothing is known of models that were not probed, are not there, or belong to no server", async () => {
    await using room = await openRoom({});
    for (const name of ["tiny-chat", "not-there", "scripted/one"]) {
      assert.equal(await room.registry.factsOf(name), null, name);
    }
    await room.call("models.probe", { model: "tiny-chat" });
    await room.server.close();
    room.passMs(61_000);
    assert.equal(await room.registry.factsOf("tiny-chat"), null, "whether it is as it was cannot be told");
  });

  test("a probe tells its stages and gives what it has kept", async () => {
    await using room = await openRoom({});
    const told: string[] = [];
    const facts = await room.call("models.probe", { model: "tiny-chat", budget: "1m" }, told);
    assert.match(told[0] ?? "", /probing ollama\/tiny-chat:latest, which takes 1 min at most/);
    assert.equal(told.length, 11);
    const shown = (await room.call("models.show", { model: "tiny-chat" })) as { facts: unknown };
    assert.deepEqual(shown.facts, facts);
  });

  test("a pull tells how far it is, and again that nothing had to come", async () => {
    await using room = await openRoom({});
    room.server.setRegistry({ "big:7b": { layers: [{ digest: layerDigest, size: 5_000 }], digest: "d".repeat(64) } });
    const told: string[] = [];
    const pulled = (await room.call("models.pull", { model: "big:7b" }, told)) as Pulled;
    assert.deepEqual(
      [pulled.model, pulled.digest, pulled.isNew, pulled.isVerified, pulled.sizeBytes],
      ["ollama/big:7b", "d".repeat(64), true, true, 5_000],
    );
    assert.equal(told[0], "pulling manifest");
    assert.ok(told.includes("eeeeeeeeeeee") && told.at(-1) === "success", told.join());
    assert.equal(((await room.call("models.pull", { model: "ollama/big:7b" })) as Pulled).isNew, false);
  });

  test("an aborted pull leaves the server, and the next one goes on", async () => {
    await using room = await openRoom({});
    const layers = [{ digest: layerDigest, size: 5_000 }];
    room.server.setRegistry({ "big:7b": { layers, digest: "d".repeat(64), hang: true } });
    const abort = new AbortController();
    const onProgress = (progress: unknown): void => {
      if ((progress as { type: string }).type === "transfer") abort.abort(new Error("enough"));
    };
    const options = { signal: abort.signal, onProgress };
    await assert.rejects(room.client.call("models.pull", { model: "big:7b" }, options), {
      code: "model.aborted",
      hint: /What came is kept/,
    });
    await room.server.abandoned();
    room.server.setRegistry({ "big:7b": { layers, digest: "d".repeat(64) } });
    const first: number[] = [];
    await room.client.call(
      "models.pull",
      { model: "big:7b" },
      { onProgress: (progress) => first.push((progress as { doneBytes?: number }).doneBytes ?? 0) },
    );
    assert.ok((first.find((bytes) => bytes > 0) ?? 0) > 2_500, first.join());
  });

  test("a removed model is gone; the others stay", async () => {
    await using room = await openRoom({ models: ["tiny-chat", "old:1b"] });
    const removed = (await room.call("models.remove", { model: "old:1b" })) as { model: string; sizeBytes: number };
    assert.deepEqual([removed.model, removed.sizeBytes], ["ollama/old:1b", 550_109]);
    const names = ((await room.call("models.list", {})) as Listed[]).map(({ model }) => model);
    assert.deepEqual(names, ["tiny-chat"]);
  });

  test("also a model whose file the server cannot read can be shown and removed", async () => {
    await using room = await openRoom({ models: [{ name: "broken", isDamaged: true }] });
    assert.match(String(((await room.call("models.show", { model: "broken" })) as Listed).problem), /cannot read/);
    await room.call("models.remove", { model: "broken" });
    assert.deepEqual(await room.call("models.list", {}), []);
  });
});

describe("wrong input to the models' operations", () => {
  const cases: readonly {
    readonly name: string;
    readonly input: Readonly<Record<string, unknown>>;
    readonly code: string;
    readonly hint?: RegExp;
    readonly message?: RegExp;
  }[] = [
    { name: "models.show", input: { model: "tinychat" }, code: "model.missing", hint: /Did you mean tiny-chat\?/ },
    { name: "models.show", input: { model: "tiny" }, code: "model.missing", hint: /Did you mean tiny-chat\?/ },
    { name: "models.show", input: { model: "gemma" }, code: "model.missing", hint: /tutti models pull gemma/ },
    { name: "models.show", input: { model: " " }, code: "usage.invalid", message: /model/ },
    { name: "models.show", input: { model: "scripted/one" }, code: "usage.invalid", message: /models of scripted/ },
    { name: "models.remove", input: { model: "tinychat" }, code: "model.missing", hint: /Did you mean tiny-chat\?/ },
    { name: "models.remove", input: { model: "default" }, code: "usage.invalid", hint: /Name the model itself/ },
    { name: "models.pull", input: { model: "default" }, code: "usage.invalid", hint: /Name the model itself/ },
    { name: "models.pull", input: { model: "no name" }, code: "usage.invalid", message: /"no name" is not a name/ },
    { name: "models.pull", input: { model: "unknown:1b" }, code: "model.missing", message: /registry has no model/ },
    { name: "models.pull", input: { model: "x", fast: true }, code: "usage.invalid", message: /fast/ },
    { name: "models.probe", input: { model: "tinychat" }, code: "model.missing", hint: /Did you mean tiny-chat\?/ },
    { name: "models.probe", input: { model: "tiny-chat", budget: "soon" }, code: "usage.invalid", message: /duration/ },
    { name: "models.probe", input: { model: "tiny-chat", budget: "0s" }, code: "usage.invalid", message: /duration/ },
    { name: "models.probe", input: { model: "cloud" }, code: "model.unreachable", message: /does not run here/ },
  ];
  for (const { name, input, code, hint = /./s, message = /./s } of cases) {
    test(`${name} ${JSON.stringify(input)} is refused with ${code}`, async () => {
      await using room = await openRoom({ models: ["tiny-chat", { name: "cloud", remoteHost: "https://ollama.com" }] });
      await assert.rejects(room.call(name, input), (error: TuttiError) => {
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        assert.match(error.hint ?? " ", hint);
        return true;
      });
    });
  }

  const said: readonly (readonly [string, string, RegExp])[] = [
    ["write /models/blobs/sha256-ab-partial: no space left on device", "storage.full", /no room for big:7b.*no space/],
    ["max retries exceeded: dial tcp: lookup registry.ollama.ai: no such host", "model.unreachable", /could not reach/],
    ["digest mismatch, file must be downloaded again: want sha256:a, got sha256:b", "model.bad_answer", /damaged/],
    ["pull model manifest: 401: unauthorized", "model.missing", /does not give out/],
    ["something new", "model.bad_answer", /something new/],
  ];
  for (const [text, code, message] of said) {
    test(`a pull in which the server says "${text}" fails with ${code}`, async () => {
      await using room = await openRoom({});
      const layers = [{ digest: layerDigest, size: 5_000 }];
      room.server.setRegistry({ "big:7b": { layers, digest: "d".repeat(64), error: text } });
      await assert.rejects(room.call("models.pull", { model: "big:7b" }), (error: TuttiError) => {
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test("without a server each says so, with its address", async () => {
    await using room = await openRoom({});
    await room.server.close();
    for (const name of ["models.list", "models.show", "models.pull", "models.remove", "models.probe"]) {
      await assert.rejects(room.call(name, name === "models.list" ? {} : { model: "tiny-chat" }), {
        code: "model.unreachable",
        message: /127\.0\.0\.1.*connection refused/,
      });
    }
  });
});

describe("where requests go", () => {
  const operationsAt = (host: string, urls: string[]) => {
    const fetch: Fetch = (url, init) => {
      urls.push(url);
      return patientFetch(url, init);
    };
    const settings = modelsSettings.parse({ host, registries: ["registry.example"] });
    const room = createModels({ settings, database: closedDatabase(), fetch });
    const app = createHttpApp(room.operations, { caller: "test" });
    return createClient(async (request) => app.fetch(request), room.operations);
  };

  test("a pull makes Tutti ask its own server and nobody else", async () => {
    await using server = await startOllamaServer();
    const layers = [{ digest: layerDigest, size: 5_000 }];
    server.setRegistry({ "registry.example/own/big:7b": { layers, digest: "d".repeat(64) } });
    const urls: string[] = [];
    await operationsAt(server.url, urls).call("models.pull", { model: "registry.example/own/big:7b" });
    assert.ok(urls.length >= 3 && urls.every((url) => url.startsWith(`${server.url}/api/`)), urls.join());
  });

  for (const host of [
    "evil.example",
    "127.0.0.1@evil.example",
    "registry.ollama.ai#@evil.example",
    "http://evil.example",
    "registry.example.evil.example",
    "evil.example/registry.ollama.ai",
    "registry.example\\evil.example",
    "[::ffff:10.0.0.1]:80",
    "evil.example:443",
  ]) {
    test(`a pull from ${host}, which the configuration does not name, asks nobody to fetch anything`, async () => {
      await using server = await startOllamaServer();
      const pull = operationsAt(server.url, []).call("models.pull", { model: `${host}/own/big:7b`, insecure: true });
      await assert.rejects(pull, (error: TuttiError) => {
        assert.equal(error.code, "usage.invalid");
        assert.match(error.message, /is no registry that models may be pulled from/);
        assert.match(error.hint ?? "", /models\.registries/);
        return true;
      });
      assert.deepEqual(server.requests, []);
    });
  }

  test("a pull for another server is one of the model, and not of a model with the server's name in it", async () => {
    await using first = await startOllamaServer();
    await using second = await startOllamaServer();
    const layers = [{ digest: layerDigest, size: 5_000 }];
    second.setRegistry({ "own/big:7b": { layers, digest: "d".repeat(64) } });
    const settings = modelsSettings.parse({ host: first.url, servers: { fast: second.url } });
    const room = createModels({ settings, database: closedDatabase() });
    const app = createHttpApp(room.operations, { caller: "test" });
    const client = createClient(async (request) => app.fetch(request), room.operations);
    const pulled = (await client.call("models.pull", { model: "fast/own/big:7b" })) as Pulled;
    assert.deepEqual([pulled.model, first.requests], ["fast/own/big:7b", []]);
    const shown = (await client.call("models.show", { model: pulled.model })) as Listed & { provider: string };
    assert.deepEqual([shown.provider, shown.model], ["fast", "fast/own/big:7b"]);
  });

  test("a server that speaks as OpenAI does is shown and probed, and says that it neither gets nor deletes models", async () => {
    await using server = await startOpenAiServer({ reply: { text: "hello there" } });
    const settings = modelsSettings.parse({ host: "127.0.0.1:9", openai: { box: server.url } });
    await using database = openSqlite({ path: ":memory:" });
    const models = createModels({ settings, database });
    await database.migrate([{ room: "models", migrations: models.migrations }]);
    const app = createHttpApp(models.operations, { caller: "test" });
    const client = createClient(async (request) => app.fetch(request), models.operations);
    const model = "box/tiny-chat";
    await client.call("models.probe", { model });
    const shown = (await client.call("models.show", { model })) as Listed & {
      provider: string;
      facts: { tools: string };
    };
    assert.deepEqual([shown.model, shown.provider, shown.facts.tools], [model, "box", "none"]);
    const [listed] = (await client.call("models.list", {})) as Listed[];
    assert.equal(listed?.probe?.isStale, false);
    assert.equal((await models.registry.factsOf(model))?.tools, "none");
    for (const name of ["models.pull", "models.remove"])
      await assert.rejects(client.call(name, { model }), { code: "usage.invalid", message: /cannot be told to get/ });
    await assert.rejects(client.call("models.show", { model: "box/other" }), { code: "model.missing" });
  });

  test("a server that is not allowed is asked nothing, whatever is to be done there", async () => {
    const urls: string[] = [];
    const client = operationsAt("gpu-box:11434", urls);
    for (const name of ["models.list", "models.show", "models.pull", "models.remove", "models.probe"]) {
      const input = name === "models.list" ? {} : { model: "tiny-chat" };
      await assert.rejects(client.call(name, input), { code: "model.unreachable", hint: /models\.allowRemote/ }, name);
    }
    assert.deepEqual(urls, []);
  });
});

describe("the doctor, of probes", () => {
  const look = async (room: Room) => {
    const check = room.checks.find(({ name }) => name === "probes");
    return check?.run(new AbortController().signal);
  };

  test("names in one line what was never probed and what has changed since", async () => {
    await using room = await openRoom({ models: ["tiny-chat", { name: "other", digest: "a".repeat(64) }] });
    assert.deepEqual(await look(room), { status: "off", message: "never probed: tiny-chat, other" });
    for (const model of ["tiny-chat", "other"]) await room.call("models.probe", { model });
    assert.deepEqual(await look(room), { status: "ok", message: "all 2 models are as they were probed" });
    room.server.setModels(["tiny-chat", { name: "other", digest: "b".repeat(64) }, "third"]);
    assert.deepEqual(await look(room), {
      status: "warn",
      message: "changed since: other; never probed: third",
      fix: "tutti models probe other",
    });
  });

  test("asks no model, and is silent where no server answers", async () => {
    await using room = await openRoom({});
    await look(room);
    assert.deepEqual(room.server.chats, []);
    await room.server.close();
    assert.deepEqual(await look(room), { status: "off", message: "no model server answers" });
  });
});

const layerDigest = `sha256:${"e".repeat(64)}`;

interface Listed {
  readonly model: string;
  readonly name: string;
  readonly loaded: boolean;
  readonly loadedContext: number | null;
  readonly problem: string | null;
  readonly probe: { readonly isStale: boolean } | null;
}

interface Pulled {
  readonly model: string;
  readonly digest: string;
  readonly isNew: boolean;
  readonly isVerified: boolean;
  readonly sizeBytes: number;
}

interface Room extends AsyncDisposable {
  readonly server: OllamaServer;
  readonly registry: ModelRegistry;
  readonly client: Client;
  readonly checks: NonNullable<ReturnType<typeof createModels>["checks"]>;
  passMs(ms: number): void;
  /** `told` gets the text of each progress. */
  call(name: string, input: Readonly<Record<string, unknown>>, told?: string[]): Promise<unknown>;
}

async function openRoom({ models }: Pick<OllamaServerOptions, "models">): Promise<Room> {
  const reply: OllamaServerOptions["reply"] = ({ tools, format }) =>
    tools
      ? { toolCalls: [{ name: canaryTool.name, arguments: { colour: "blue" } }] }
      : { text: format ? '{"colour":"blue","isSure":true}' : "A few words." };
  const server = await startOllamaServer({ ...(models ? { models } : {}), reply });
  const database = openSqlite({ path: ":memory:" });
  let passedMs = 0;
  const room = createModels({
    settings: modelsSettings.parse({ host: server.url }),
    database,
    providers: { scripted: { chat: (name) => createScriptedModel({ name, answers: [] }) } },
    clock: { now: () => Date.now() + passedMs, after: systemAfter },
  });
  await database.migrate([{ room: "models", migrations: room.migrations }]);
  const app = createHttpApp(room.operations, { caller: "test" });
  const client = createClient(async (request) => app.fetch(request), room.operations);
  return {
    server,
    registry: room.registry,
    client,
    checks: room.checks ?? [],
    passMs: (ms) => void (passedMs += ms),
    call: (name, input, told = []) =>
      client.call(name, input, { onProgress: (progress) => told.push((progress as { text: string }).text) }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

function systemAfter(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.min(delayMs, 2_147_483_647));
  return () => clearTimeout(timer);
}
