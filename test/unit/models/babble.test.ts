import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import type { ChatAnswer } from "../../../src/models/chat-model.ts";
import { outputSchema, readOutput } from "../../../src/models/output/structured-output.ts";
import { repairAnswer } from "../../../src/models/repair/repair.ts";
import { gateChunks } from "../../../src/models/repair/stream.ts";

type Nested = number | Nested[];
const nested: z.ZodType<Nested> = z.lazy(() => z.union([z.number(), z.array(nested)]));
const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

describe("a schema that holds itself", () => {
  const read = (schema: z.ZodType, text: string) => readOutput(text, outputSchema(schema), { isCut: false });

  test("is followed as far as the value goes", () => {
    const text = '{"name":"a","children":[{"name":"b","children":{"name":"c","children":[]}}]}';
    const inner = { name: "b", children: [{ name: "c", children: [] }] };
    assert.deepEqual(read(tree, text), {
      output: { name: "a", children: [inner] },
      changes: ["children[0].children: one item to list"],
    });
    assert.deepEqual(read(nested, "[1, [2, [3]]]"), { output: [1, [2, [3]]], changes: [] });
  });

  for (const [schema, text] of [
    [nested, '"x"'],
    [z.object({ v: nested }), '{"v":"x"}'],
    [z.object({ v: z.array(nested) }), '{"v":true}'],
  ] as const) {
    test(`does not take ${text} for a list of a list without an end`, () => {
      const reading = read(schema, text);
      assert.ok("problem" in reading);
      assert.match(reading.problem, /does not fit the schema/);
    });
  }

  test("is no way to exhaust the stack: JSON that is nested too deeply is a problem in words", () => {
    const deep = '{"name":"a","children":['.repeat(20_000) + "]}".repeat(20_000);
    assert.deepEqual(read(tree, deep), { problem: "is nested too deeply" });
    assert.deepEqual(read(z.any(), "[".repeat(50_000) + "]".repeat(50_000)), { problem: "is nested too deeply" });
  });
});

test("a schema that JSON cannot hold is refused with what to take in its place", () => {
  for (const schema of [z.object({ at: z.date() }), z.bigint(), z.map(z.string(), z.string())])
    assert.throws(() => outputSchema(schema), { code: "usage.invalid", message: /cannot be represented/ });
});

describe("a model that loops", () => {
  const list = { anyOf: [{ type: "number" }, { type: "array", items: { $ref: "#/$defs/list" } }] };
  const properties = { n: { type: "number" }, list: { $ref: "#/$defs/list" } };
  const tool = { name: "add", description: "", parameters: { type: "object", properties, $defs: { list } } };
  const answer = (change: Partial<ChatAnswer>): ChatAnswer => ({
    text: "",
    toolCalls: [],
    finishReason: "length",
    usage: { inputTokens: 1, outputTokens: 1 },
    timings: { totalMs: 1 },
    model: "scripted/model",
    ...change,
  });

  for (const piece of ['{"name":"add","arguments":', "[", '{"a":', "[add(n=1),", "<tool_call>", "```json\n{"]) {
    test(`in ${JSON.stringify(piece)} makes no call, and its words stay`, () => {
      const text = piece.repeat(Math.ceil(60_000 / piece.length));
      const repaired = repairAnswer(answer({ text }), [tool]);
      assert.deepEqual([repaired.toolCalls, repaired.text], [[], text]);
    });
  }

  test("has its calls taken as they are where their arguments are nested too deeply to be looked at", () => {
    const values = JSON.parse(`{"list":${"[".repeat(5_000)}${"]".repeat(5_000)}}`) as Record<string, unknown>;
    const { toolCalls } = repairAnswer(answer({ toolCalls: [{ name: "add", arguments: values }] }), [tool]);
    assert.equal(toolCalls[0]?.name, "add");
    const [call] = repairAnswer(answer({ toolCalls: [{ name: "add", arguments: { n: "1", list: "x" } }] }), [
      tool,
    ]).toolCalls;
    assert.deepEqual(call?.arguments, { n: 1, list: "x" });
  });

  test("in one letter is shown while it does, as no tool has so long a name", () => {
    const told: string[] = [];
    const gate = gateChunks(({ text }) => told.push(text), { mayCall: true });
    for (let index = 0; index < 1_000; index++) gate.onChunk?.({ kind: "text", text: "a" });
    assert.ok(told.join("").length >= 1_000 - 200, `${told.join("").length} letters`);
    gate.end(answer({ text: "a".repeat(1_000) }));
    assert.equal(told.join(""), "a".repeat(1_000));
  });
});
