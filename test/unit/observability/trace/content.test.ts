import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChatRequest } from "../../../../src/models/chat-model.ts";
import { createScriptedModel } from "../../../../src/models/scripted.ts";
import { longestValue, toRecordAttributes } from "../../../../src/observability/trace/attribute.ts";
import { fitJson } from "../../../../src/observability/trace/fit-json.ts";
import { collectSpans, spanNamed, testTracing } from "../../../support/span-collector.ts";

const key = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;

const request: ChatRequest = {
  messages: [
    { role: "system", content: "Be short." },
    { role: "user", content: `My key is ${key}.` },
    { role: "assistant", content: "", toolCalls: [{ id: "1", name: "look_up", arguments: { word: "sea" } }] },
    { role: "tool", toolName: "look_up", content: "water" },
  ],
  tools: [{ name: "look_up", description: "Looks up.", parameters: { type: "object" } }],
};

async function askedWith(content: "off" | "redacted" | "on", environment = {}) {
  const collected = collectSpans();
  using tracing = testTracing({ sink: collected.sink, content, environment });
  const model = tracing.watchChat(createScriptedModel({ answers: [{ thinking: "Hm.", text: "Water." }] }));
  await model.chat(request, { signal: new AbortController().signal });
  return spanNamed(collected.spans(), "chat model").attributes;
}

const parsed = (value: unknown): unknown => JSON.parse(String(value));

describe("what models are asked and answer", () => {
  test("is not kept unless it is asked for", async () => {
    const attributes = await askedWith("off");
    assert.deepEqual(
      Object.keys(attributes).filter((name) => /message|instruction|definition/.test(name)),
      [],
    );
  });

  test("is kept as the conventions write it", async () => {
    const attributes = await askedWith("on");
    assert.deepEqual(parsed(attributes["gen_ai.system_instructions"]), [{ type: "text", content: "Be short." }]);
    assert.deepEqual(parsed(attributes["gen_ai.input.messages"]), [
      { role: "user", parts: [{ type: "text", content: `My key is ${key}.` }] },
      { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "look_up", arguments: { word: "sea" } }] },
      { role: "tool", parts: [{ type: "tool_call_response", name: "look_up", response: "water" }] },
    ]);
    assert.deepEqual(parsed(attributes["gen_ai.output.messages"]), [
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Hm." },
          { type: "text", content: "Water." },
        ],
        finish_reason: "stop",
      },
    ]);
    assert.deepEqual(parsed(attributes["gen_ai.tool.definitions"]), [
      { type: "function", name: "look_up", description: "Looks up.", parameters: { type: "object" } },
    ]);
  });

  test("is kept without secrets where that is asked for", async () => {
    const attributes = await askedWith("redacted");
    assert.match(String(attributes["gen_ai.input.messages"]), /My key is \[redacted\]\./);
    assert.ok(!JSON.stringify(attributes).includes(key));
  });

  test("says why an answer ended in the message as well, but for the newest conventions", async () => {
    const attributes = await askedWith("on", { OTEL_SEMCONV_STABILITY_OPT_IN: "http, gen_ai_latest_experimental" });
    assert.ok(!String(attributes["gen_ai.output.messages"]).includes("finish_reason"));
    assert.deepEqual(attributes["gen_ai.response.finish_reasons"], ["stop"]);
  });
});

describe("an attribute", () => {
  const plain = (text: string): string => text;

  test("of JSON that is too long stays JSON: the long texts in it are cut", () => {
    const messages = Array.from({ length: 40 }, (_, index) => ({ role: "user", content: "x".repeat(20_000 + index) }));
    const text = fitJson(messages, plain);
    assert.ok(text.length <= longestValue);
    const [first] = JSON.parse(text) as { content: string }[];
    assert.match(first?.content ?? "", /^x{2048} … 17952 characters more$/);
  });

  test("of JSON with too many parts says what is left out", () => {
    const text = fitJson(
      Array.from({ length: 2_000 }, () => "y".repeat(200)),
      plain,
    );
    assert.deepEqual(JSON.parse(text), { left_out: `2000 parts of more than ${longestValue} characters` });
  });

  test("that is too long is cut and says by how much; one that cannot be read is left out", () => {
    const trap = Object.defineProperty({ ok: 1, long: "z".repeat(200_000), list: [1, "a"], odd: { a: 1 } }, "trap", {
      enumerable: true,
      get(): never {
        throw new Error("no");
      },
    });
    const kept = toRecordAttributes(trap);
    assert.deepEqual(Object.keys(kept), ["ok", "long", "list"]);
    assert.deepEqual(kept["list"], ["1", "a"]);
    assert.equal(String(kept["long"]).length, longestValue);
    assert.match(String(kept["long"]), / … \d+ characters more$/);
  });

  test("is one of 128 at most", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a${index}`, index]));
    assert.equal(Object.keys(toRecordAttributes(many)).length, 128);
  });
});
