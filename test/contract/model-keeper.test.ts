import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { before, describe, test } from "node:test";
import type { ModelKeeper } from "../../src/models/keeper.ts";
import { createModelRegistry } from "../../src/models/registry.ts";
import { freshWeights, startOllamaRegistry } from "../support/ollama-registry.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { ollamaAddress } from "../support/services.ts";
import { realOllamaMissing } from "./chat-model-fixture.ts";
import { modelKeeperContract, type ModelKeeperFixture } from "./model-keeper.ts";

modelKeeperContract("Ollama client on the scripted server", openScripted);
modelKeeperContract("Ollama client on a real Ollama", openReal, { skip: realOllamaMissing() });

async function openScripted(): Promise<ModelKeeperFixture> {
  const server = await startOllamaServer({
    models: ["tiny-chat", { name: "all-minilm", capabilities: ["embedding"], contextLength: 256 }],
  });
  const layers = [
    { digest: `sha256:${"a".repeat(64)}`, size: 4_000_000 },
    { digest: `sha256:${"b".repeat(64)}`, size: 200 },
  ];
  const registry = (hang: boolean) => ({ "pulled:latest": { layers, digest: "c".repeat(64), hang } });
  server.setRegistry(registry(false));
  return {
    keeper: await keeperAt(server.url),
    pullable: "pulled",
    hangAtHalf: (isHanging) => server.setRegistry(registry(isHanging)),
    copy: (from, to) => copyAt(server.url, from, to),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

// Made of an embedder, so that no other test that shares the server takes it for the first chat model.
async function openReal(): Promise<ModelKeeperFixture> {
  const url = createModelRegistry({ ollamaUrl: ollamaAddress() ?? "" }).url;
  const registry = await startOllamaRegistry(freshWeights(await weightsOf(url, "all-minilm")));
  return {
    keeper: await keeperAt(url),
    pullable: registry.url,
    hangAtHalf: (isHanging) => registry.hangAtHalf(isHanging),
    copy: (from, to) => copyAt(url, from, to),
    [Symbol.asyncDispose]: async () => registry[Symbol.asyncDispose](),
  };
}

async function keeperAt(url: string): Promise<Required<ModelKeeper>> {
  return (await createModelRegistry({ ollamaUrl: url }).keeperOf("any")).keeper as Required<ModelKeeper>;
}

/** The server of the tests runs on this machine, and says where its files are. */
async function weightsOf(url: string, model: string): Promise<string> {
  const answer = await post(url, "/api/show", { model });
  const file = /^FROM (\/.+)$/m.exec(((await answer.json()) as { modelfile: string }).modelfile)?.[1] ?? "";
  assert.ok(existsSync(file), `the weights of ${model} are not on this machine: ${file}`);
  return file;
}

async function copyAt(url: string, source: string, destination: string): Promise<void> {
  assert.equal((await post(url, "/api/copy", { source, destination })).status, 200);
}

async function pullWhole(keeper: Required<ModelKeeper>, name: string): Promise<void> {
  const pulling = keeper.pull(name, { signal: new AbortController().signal, isInsecure: true });
  for (;;) if ((await pulling.next()).done) return;
}

function post(url: string, path: string, body: object): Promise<Response> {
  return fetch(`${url}${path}`, { method: "POST", body: JSON.stringify(body) });
}

describe("a pull of a real Ollama", { skip: realOllamaMissing(), timeout: 60_000 }, () => {
  let weights: Buffer;
  before(async () => void (weights = freshWeights(await weightsOf(ollamaAddress() ?? "", "all-minilm"))));

  test("asks the registry only for the bytes that are not there yet", async () => {
    await using registry = await startOllamaRegistry(weights);
    const keeper = await keeperAt(ollamaAddress() ?? "");
    const abort = new AbortController();
    registry.hangAtHalf(true);
    await assert.rejects(async () => {
      for await (const status of keeper.pull(registry.url, { signal: abort.signal, isInsecure: true }))
        if (status.kind === "layer" && status.layer.doneBytes * 2.2 > status.layer.totalBytes) abort.abort();
    });
    registry.hangAtHalf(false);
    await pullWhole(keeper, registry.url);
    await keeper.remove(registry.name, new AbortController().signal);
    const [first, second] = registry.starts;
    assert.equal(first, 0);
    assert.ok((second ?? 0) > weights.length * 0.4, `the second began at ${second} of ${weights.length}`);
  });

  test("of other bytes than the registry promised is refused, and nothing is installed", async () => {
    await using registry = await startOllamaRegistry(weights);
    const keeper = await keeperAt(ollamaAddress() ?? "");
    registry.damage(true);
    await assert.rejects(pullWhole(keeper, registry.url), { code: "model.bad_answer", message: /damaged/ });
    await assert.rejects(keeper.digest(registry.name, new AbortController().signal), { code: "model.missing" });
  });

  test("from a port where nothing listens tells that the server could not reach it", async () => {
    const keeper = await keeperAt(ollamaAddress() ?? "");
    const name = "http://127.0.0.1:9/library/x";
    await assert.rejects(pullWhole(keeper, name), {
      code: "model.unreachable",
      message: /could not reach the registry.*connection refused/,
    });
  });
});
