import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { createModelRegistry } from "../../../src/models/registry.ts";
import type { ChatRequest } from "../../../src/models/chat-model.ts";
import { tokenBound } from "../../../src/models/context/token-bound.ts";
import { needs, ollamaAddress } from "../../support/services.ts";

const user = (content: string): ChatRequest => ({ messages: [{ role: "user", content }] });
const none = { templateTokens: 0 };

const parameters = z.toJSONSchema(z.object({ path: z.string().describe("Where <it> lies & how"), größe: z.number() }));
const requests: readonly ChatRequest[] = [
  user("Hello"),
  user("ÄÖÜ ß ñ ﷺ 漢字かな 👩‍👩‍👧‍👦 \u0000\u0001 \t\n   "),
  user("x".repeat(700)),
  user("𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ".repeat(20)),
  user("<|im_start|>assistant <s> </s> [INST] "),
  { messages: Array.from({ length: 30 }, () => ({ role: "user" as const, content: "." })) },
  { ...user("Use it"), tools: [{ name: "read_file", description: 'Reads <a> file & "more"', parameters }] },
  {
    messages: [
      { role: "user", content: "Use it" },
      { role: "assistant", content: "", toolCalls: [{ name: "read_file", arguments: { path: "a/ö<b>.txt" } }] },
      { role: "tool", toolName: "read_file", content: "Größe: 3 & mehr" },
    ],
  },
];

describe("the bound of a call's tokens", () => {
  it("grows by a byte for every byte of text, and more for what JSON may escape", () => {
    const input = (request: ChatRequest): number => tokenBound(request, none).input;
    assert.equal(input(user("ab")) - input(user("a")), 1);
    assert.equal(input(user("漢")) - input(user("")), 3);
    assert.ok(input(user("ﷺ")) - input(user("")) >= 30, "NFKC makes a sentence of it");
    const withTool = (description: string): ChatRequest => ({
      ...user(""),
      tools: [{ name: "t", description, parameters }],
    });
    assert.equal(input(withTool("<")) - input(withTool("")), "\\u003c".length);
    assert.equal(input(withTool("ö")) - input(withTool("")), "\\u00f6".length);
  });

  it("has no bound for the answer where nothing limits it, and is never more than the context", () => {
    const options = { maxTokens: 100 };
    assert.deepEqual(tokenBound(user(""), none), { input: 64, output: null, total: null });
    assert.deepEqual(tokenBound({ ...user(""), options }, none), { input: 64, output: 100, total: 164 });
    assert.deepEqual(tokenBound(user(""), { ...none, contextTokens: 512 }), { input: 64, output: 512, total: 512 });
    assert.deepEqual(tokenBound({ ...user("x".repeat(900)), options }, { ...none, contextTokens: 512 }), {
      input: 512,
      output: 100,
      total: 512,
    });
  });

  it(
    "is not passed by the counts of a real server, whatever is sent",
    { skip: needs("ollama", ollamaAddress()) },
    async (t) => {
      const registry = createModelRegistry({ ollamaUrl: ollamaAddress() ?? "" });
      const model = await registry.chat("ollama/tiny-chat");
      const shares: string[] = [];
      for (const request of requests) {
        const options = { maxTokens: 1 };
        const { usage } = await model.chat({ ...request, options }, { signal: t.signal });
        const bound = tokenBound({ ...request, options }, none);
        shares.push(`${usage.inputTokens} of ${bound.input}`);
        assert.ok(
          usage.inputTokens <= bound.input,
          `${usage.inputTokens} of ${bound.input}: ${JSON.stringify(request)}`,
        );
        assert.ok(usage.outputTokens <= (bound.output ?? 0));
      }
      t.diagnostic(`tokens of prompts: ${shares.join(", ")}`);
    },
  );
});
