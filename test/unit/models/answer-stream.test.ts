import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChatAnswer, ChatChunk, ChatModel, ToolDefinition } from "../../../src/models/chat-model.ts";
import { withRepairedCalls } from "../../../src/models/repair/repair.ts";

const tools: readonly ToolDefinition[] = [
  {
    name: "search",
    description: "d",
    parameters: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
  },
];
const call = '{"name": "search", "arguments": {"query": "x"}}';

/** A model that says `text` in pieces of `size` characters. */
function speaking(text: string, size: number): ChatModel {
  return {
    name: "test/speaker",
    async chat(_request, { onChunk }) {
      for (let at = 0; at < text.length; at += size) onChunk?.({ kind: "text", text: text.slice(at, at + size) });
      const usage = { inputTokens: 1, outputTokens: 1 };
      return { text, toolCalls: [], finishReason: "stop", usage, timings: { totalMs: 1 }, model: "test/speaker" };
    },
  };
}

async function hear(text: string, size: number, offered = tools): Promise<{ answer: ChatAnswer; chunks: ChatChunk[] }> {
  const chunks: ChatChunk[] = [];
  const model = withRepairedCalls(speaking(text, size));
  const answer = await model.chat(
    { messages: [{ role: "user", content: "Hi" }], tools: offered },
    { signal: new AbortController().signal, onChunk: (chunk) => chunks.push(chunk) },
  );
  return { answer, chunks };
}

const joined = (chunks: readonly ChatChunk[], kind: ChatChunk["kind"]): string =>
  chunks.flatMap((chunk) => (chunk.kind === kind ? [chunk.text] : [])).join("");

const texts = [
  "Plain words, and more of them.",
  "# A title\n\n- one {a}\n- two [b]\n\n```ts\nlet a = 1;\n```\n\nThe end.",
  "<think>\nLet me see.\n</think>\n\nIt is so.",
  "<think>One.</think><think>Two.</think>Three.",
  "<think>never closed",
  "  <thinking>a < b</thinking>  done",
  "<thing>is no thought</thing>",
  "It was thought before.\n</think>\nIt is so.",
  call,
  `I will search.\n${call}`,
  `<think>Search.</think>\n<tool_call>${call}</tool_call>`,
  `\`\`\`json\n${call}\n\`\`\``,
  'search(query="x")',
  "[1] is a footnote.",
  "",
];

describe("what is streamed of an answer", () => {
  for (const size of [1, 3, 1_000]) {
    for (const text of texts) {
      test(`joined is the answer: ${JSON.stringify(text.slice(0, 40))} in pieces of ${size}`, async () => {
        const { answer, chunks } = await hear(text, size);
        // A thought whose opening tag the server had eaten is known as one only when its end comes.
        if (!text.includes("before.\n</think>")) assert.equal(joined(chunks, "text"), answer.text);
        assert.equal(joined(chunks, "thinking"), answer.thinking ?? "");
      });
    }
  }

  test("a call is never shown as the answer, and what was said before it is", async () => {
    const { answer, chunks } = await hear(`I will search.\n${call}`, 1);
    assert.deepEqual(answer.toolCalls, [{ name: "search", arguments: { query: "x" } }]);
    assert.equal(joined(chunks, "text"), "I will search.");
  });

  test("words and thoughts come as they are said, and not at the end", async () => {
    const { chunks } = await hear("One two three.\nFour five.", 4);
    assert.ok(chunks.length > 4, `${chunks.length} pieces`);
    const thinking = await hear("<think>A long thought about nothing.</think>So.", 4, []);
    assert.ok(thinking.chunks.filter(({ kind }) => kind === "thinking").length > 4);
  });
});
