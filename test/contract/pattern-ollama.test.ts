import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createModelRegistry } from "../../src/models/registry.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { ollamaAddress } from "../support/services.ts";
import { openRealServer, realOllamaMissing } from "./chat-model-fixture.ts";
import { patientPatterns, plainPatterns } from "./pattern.ts";
import { openWorkEngine, workFlow, type WorkEngine } from "./work-verbs-case.ts";

function openOnOllama(): Promise<WorkEngine> {
  const registry = createModelRegistry({ ollamaUrl: ollamaAddress() ?? "" });
  return openWorkEngine(openSqlite({ path: ":memory:" }), {
    model: (_name, signal) => registry.chat("ollama/tiny-chat", signal),
    graceMs: 10_000,
  });
}

// Random words inside of a grammar that the server holds: the worst of models that answer at all.
describe(
  "patterns on a real Ollama whose model speaks nonsense",
  { skip: realOllamaMissing(), timeout: 500_000 },
  () => {
    before(async () => (await openRealServer()).settle?.());

    for (const [name, pattern] of Object.entries(plainPatterns)) {
      test(`${name} ends well, or with a failure that says what the model did`, async () => {
        await using engine = await openOnOllama();
        const { status, error } = await engine.run(workFlow(pattern));
        const allowed = ["pattern.undecided", "pattern.exhausted"];
        assert.ok(status === "succeeded" || allowed.includes(error?.code ?? ""), JSON.stringify(error));
      });
    }

    for (const [name, pattern] of Object.entries(patientPatterns)) {
      test(`${name} with a stated fallback ends well`, async () => {
        await using engine = await openOnOllama();
        const { status, error } = await engine.run(workFlow(pattern));
        assert.equal(status, "succeeded", JSON.stringify(error));
      });
    }
  },
);
