import assert from "node:assert/strict";
import { test } from "node:test";
import { createAbility } from "../../../src/models/ability.ts";
import type { ProbeFacts } from "../../../src/models/probe/probe.ts";
import type { ModelInfo } from "../../../src/models/model-info.ts";
import { madeUpFacts } from "./made-up-facts.ts";

const listed: ModelInfo = {
  name: "small:latest",
  provider: "ollama",
  kind: "chat",
  sizeBytes: 1,
  contextLength: 32_768,
  capabilities: ["completion", "tools"],
  loaded: false,
};

const probed = madeUpFacts({ model: "ollama/small:latest" });
const all = { tools: true, schema: true, contextTokens: 4_000 };

async function inability(facts: ProbeFacts | null, needs = all): Promise<string | null> {
  const ability = createAbility({ list: async () => [listed], factsOf: async () => facts });
  return ability.inability("ollama/small:latest", needs, new AbortController().signal);
}

test("a model can do what its server lists, as long as no probe has found otherwise", async () => {
  assert.equal(await inability(null), null);
  assert.equal(await inability(probed), null);
  assert.match((await inability({ ...probed, tools: "none" })) ?? "", /calls no tools/);
  // A call that arrives as text is taken for what it is.
  assert.equal(await inability({ ...probed, tools: "text" }), null);
  const ignoring = { ...probed, schema: { ...probed.schema, streamed: "ignored" as const } };
  assert.match((await inability(ignoring)) ?? "", /ignores schemas/);
  assert.equal(await inability(ignoring, { ...all, schema: false }), null);
  assert.match((await inability({ ...probed, contextGranted: 2_048 })) ?? "", /2048 tokens, less than the 4000/);
});

test("of a server that tells nothing of its models, only a probe knows who calls tools", async () => {
  const asked = async (facts: ProbeFacts | null, tools = true): Promise<string | null> => {
    const list = async (): Promise<ModelInfo[]> => [{ ...listed, provider: "box", capabilities: [] }];
    const ability = createAbility({ list, factsOf: async () => facts });
    return ability.inability("box/small:latest", { ...all, tools }, new AbortController().signal);
  };
  assert.match((await asked(null)) ?? "", /not known: tutti models probe box\/small:latest/);
  assert.equal(await asked(null, false), null);
  assert.equal(await asked(probed), null);
  assert.match((await asked({ ...probed, tools: "none" })) ?? "", /calls no tools/);
});

test("what the server lists counts first", async () => {
  assert.match((await inability(probed, { ...all, contextTokens: 40_000 })) ?? "", /32768/);
});
