import assert from "node:assert/strict";
import { test } from "node:test";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { TuttiError } from "../../src/core/error.ts";
import type { Statement } from "../../src/core/statement.ts";
import type { EmbeddingModel } from "../../src/models/embedding-model.ts";
import { mustAgree, type OpenCost } from "./cost-case.ts";

const signal = new AbortController().signal;

/** Five tokens a text. */
function embedder(timings: { totalMs?: number }, failure?: TuttiError): EmbeddingModel {
  const name = "scripted/embed";
  return {
    name,
    async embed(texts) {
      if (failure) throw failure;
      const vectors = texts.map(() => Float32Array.from([1]));
      return { vectors, dimensions: 1, model: name, identity: null, usage: { inputTokens: 5 * texts.length }, timings };
    },
  };
}

const columns = "kind, run, flow, model, state, input, output, total_ms, charged_tokens";

export function kindTests(open: OpenCost): void {
  test("has the calls that make vectors, with and without a run, and shows them apart", async () => {
    await using engine = await open({ models: [createScriptedModel({ name: "scripted/a", answers: () => "one" })] });
    const model = engine.embedding(embedder({ totalMs: 7 }));
    assert.equal((await model.embed(["a", "b"], { signal })).vectors.length, 2);
    const joined: Statement[] = [];
    const join = (writes: readonly Statement[]): void => void joined.push(...writes);
    await model.embed(["c"], { signal, caller: { run: "run_1", flow: "f", key: "a", attempt: 1, join } });
    await engine.database.write(joined);
    await model.embed([], { signal });
    const common = { kind: "embedding", model: "scripted/embed", state: "settled", output: 0, total_ms: 7 };
    assert.deepEqual(await engine.rows(`select ${columns} from cost_calls order by input desc`), [
      { ...common, run: null, flow: null, input: 10, charged_tokens: 10 },
      { ...common, run: "run_1", flow: "f", input: 5, charged_tokens: 5 },
    ]);
    await engine.model("scripted/a").chat({ messages: [{ role: "user", content: "hi" }] }, { signal });
    const { rows } = await engine.op<{ rows: { key: string; calls: number }[] }>("cost.show", { by: "kind" });
    assert.deepEqual(
      rows.map(({ key, calls }) => [key, calls]),
      [
        ["chat", 1],
        ["embedding", 2],
      ],
    );
    await mustAgree(engine);
  });

  test("says unknown where a server does not tell how long vectors took, and counts at the bound what broke", async () => {
    await using engine = await open({ models: [], cost: { longestCall: "10s" } });
    await engine.embedding(embedder({})).embed(["a"], { signal });
    const broken = new TuttiError("model.bad_answer", "broke");
    await assert.rejects(engine.embedding(embedder({}, broken)).embed(["abc"], { signal }), broken);
    const rows = await engine.rows(
      "select total_ms, charged_ms, state, charged_tokens, bound_tokens from cost_calls order by began_at, bound_tokens",
    );
    assert.deepEqual([rows[0]?.["total_ms"], rows[0]?.["charged_ms"], rows[0]?.["state"]], [null, 10_000, "settled"]);
    assert.deepEqual([rows[1]?.["state"], rows[1]?.["charged_tokens"]], ["estimated", rows[1]?.["bound_tokens"]]);
    await mustAgree(engine);
  });

  test("makes budgets hold for vectors too", async () => {
    await using engine = await open({ models: [] });
    await engine.op("budget.set", { name: "b", window: "total", calls: 1 });
    const model = engine.embedding(embedder({ totalMs: 1 }));
    await model.embed(["a"], { signal });
    await assert.rejects(model.embed(["a"], { signal }), { code: "budget.exceeded" });
  });
}
