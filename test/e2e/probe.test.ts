import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProbeFacts } from "../../src/models/probe/probe.ts";
import { Project } from "../support/project.ts";
import { needs, ollamaAddress } from "../support/services.ts";

test(
  "a probe of a real server that speaks as OpenAI does: the /v1 route of an Ollama",
  {
    skip: needs("ollama", ollamaAddress()),
  },
  async () => {
    await using project = new Project();
    project.write("tutti.yaml", `models: { openai: { box: "${ollamaAddress()}/v1" } }\n`);
    const facts = await project.json<ProbeFacts>("models", "probe", "box/tiny-chat");
    assert.deepEqual([facts.kind, facts.contextGranted, facts.loadMs, facts.notes], ["chat", null, null, []]);
    assert.deepEqual([facts.schema.streamed, facts.schema.whole], ["kept", "kept"]);
    assert.ok((facts.outputTokensPerSecond ?? 0) > 0 && (facts.promptTokensPerSecond ?? 0) > 0, JSON.stringify(facts));
    const { code, stdout } = await project.tutti("models", "show", "box/tiny-chat");
    assert.equal(code, 0);
    assert.match(stdout, /schemas +kept when streamed, kept in one piece/);
  },
);
