import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunRecord } from "../../src/core/step.ts";
import { startOllamaServer, type ChatBody, type Reply } from "../support/ollama-server.ts";
import { Project } from "../support/project.ts";

const agent = `step.agent("a", { name: "keeper", instructions: "Keep notes.", tools: ["write_file", "read_file"] }, { prompt: "Note one." })`;

/** A model that writes its calls as text, one of them wrongly. */
function reply({ messages }: ChatBody): Reply {
  const told = messages.filter(({ role }) => role === "tool").length;
  if (told === 0) return '<tool_call>\n{"name": "write_file", "arguments": {"path": "n.txt"}}\n</tool_call>';
  if (told === 1) return "I'll write it.\n```json\n{'name': 'write_file', 'args': {'Path': 'n.txt', 'text': 1}}\n```";
  return { text: "<think>Done?</think>It is noted." };
}

interface Context {
  readonly turn: number;
  readonly tools: readonly { readonly name: string }[];
  readonly isGrammar: boolean | null;
  readonly compacted: object | null;
  readonly messages: readonly { readonly turn: number; readonly role: string; readonly content: string }[];
  readonly answer: { readonly content: string; readonly thinking?: string };
}

const judge = `output: z.object({ good: z.boolean() })`;
const reader = (more: string, request: string): string =>
  `return step.agent("s", { name: "r", instructions: "Read.", tools: [{ name: "look", description: "", input: z.object({ n: z.number() }),
     effect: "read", call: async ({ n }) => "seen ".repeat(40) + n }]${more} }, { prompt: "Look."${request} });`;
const look = (n: number): Reply => ({ toolCalls: [{ name: "look", arguments: { n } }] });

const shown: readonly (readonly [string, string, readonly Reply[]])[] = [
  ["a step with a schema", `return step.model("s", { prompt: "Judge.", ${judge} });`, ['{"good": true}']],
  ["one that was asked again", `return step.model("s", { prompt: "Judge.", ${judge} });`, ["Yes.", '{"good": true}']],
  ["one that was refused twice", `return step.model("s", { prompt: "Judge.", ${judge} });`, ["Yes.", "Very."]],
  [
    "a conversation that ends with the model's words",
    `return step.model("s", { messages: [{ role: "user", content: "Judge." }, { role: "assistant", content: "Why?" }], ${judge} });`,
    ['{"good": true}'],
  ],
  ["an agent with tools and a schema", reader("", `, ${judge}`), [look(1), look(2), '{"good": true}']],
  ["such an agent, asked again", reader("", `, ${judge}`), [look(1), "Yes.", '{"good": true}']],
  [
    "an agent that left out old turns",
    reader(', onOverflow: "compact"', ""),
    [1, 2, 3, 4, 5, 6, 7].map(look).concat("Done."),
  ],
];

describe("what an agent was given", { concurrency: 2 }, () => {
  it("is shown turn by turn: as a conversation, as JSON, and by the turn", async () => {
    await using server = await startOllamaServer({ models: ["tiny-chat"], reply });
    await using project = new Project({ env: { OLLAMA_HOST: server.url } });
    project.flow("notes", `return (await ${agent}).text;`);
    const run = await project.json<RunRecord>("run", "notes");
    assert.equal(run.output, "It is noted.", JSON.stringify(run.error));
    assert.equal(server.chats.length, 3);

    const { code, stdout } = await project.tutti("run", "get", run.id, "--step", "a", "--context");
    assert.equal(code, 0);
    const places = [
      /^a\/turn 3\/model {2}turn 3$/m,
      /^model {4}ollama\/tiny-chat/m,
      /^tools {4}write_file, read_file$/m,
      /^system {2}turn 1\n {2}Keep notes\.$/m,
      /^user {2}turn 1\n {2}Note one\.$/m,
      /^assistant {2}turn 1\n {2}→ write_file\(\{"path":"n\.txt"\}\)\n {4}not made: the arguments of tool "write_file" are not valid/m,
      /^tool write_file {2}turn 2\n {2}Error: the arguments/m,
      /→ write_file\(\{"path":"n\.txt","text":"1"\}\)\n {2}repaired: call: 1 written as a fence of json\n {2}repaired: arguments: Path is called path; text: number to text$/m,
      /^answer {2}turn 3\n {2}Done\?\n {2}It is noted\.\n {2}repaired: thinking: told from the text$/m,
    ].map((pattern) => stdout.search(pattern));
    assert.ok(!places.includes(-1), `${places.join(" ")}\n${stdout}`);
    assert.deepEqual(
      places,
      places.toSorted((left, right) => left - right),
    );

    const { context, steps } = await project.json<RunRecord & { context: Context }>(
      "run",
      "get",
      run.id,
      "--step",
      "a/turn 2",
      "--context",
    );
    assert.deepEqual(
      context.messages.map(({ turn, role }) => `${turn} ${role}`),
      ["1 system", "1 user", "1 assistant", "2 tool"],
    );
    assert.equal(context.answer.content, "I'll write it.");
    assert.deepEqual(
      steps.map(({ key }) => key),
      ["a/turn 2/model", "a/turn 2/write_file"],
    );
    // Each message once: what was said is not stored again in every turn.
    assert.equal(project.select("select count(*) as n from journal where input like '%Note one.%'").length, 1);
  });

  for (const [what, body, replies] of shown) {
    it(`is to the letter what the server got: ${what}`, async () => {
      await using server = await startOllamaServer({
        models: ["tiny-chat"],
        reply: (_chat, index) => replies[index] ?? replies.at(-1) ?? "",
      });
      await using project = new Project({ env: { OLLAMA_HOST: server.url, TUTTI_MODELS_NUM_CTX: "256" } });
      project.flow("shown", body);
      const { stdout } = await project.tutti("run", "shown", "--json");
      const { id } = JSON.parse(stdout) as RunRecord;
      const { context, steps } = await project.json<RunRecord & { context: Context }>(
        "run",
        "get",
        id,
        "--step",
        "s",
        "--context",
      );
      assert.ok(steps.length > 0 && server.chats.length === replies.length, stdout);
      assert.deepEqual(
        context.messages.map(({ role, content }) => ({ role, content })),
        server.chats.at(-1)?.messages.map(({ role, content }) => ({ role, content })),
      );
      assert.equal(context.compacted !== null, what.includes("left out"));
      assert.equal(context.isGrammar ?? false, server.chats.at(-1)?.format !== undefined);
      assert.deepEqual(
        context.tools.map(({ name }) => name),
        (server.chats.at(-1)?.tools ?? []).map((tool) => (tool as { function: { name: string } }).function.name),
      );
    });
  }

  it("needs a step, and one that a model has answered in", async () => {
    await using project = new Project();
    project.flow("plain", `await step.run("x", () => 1); return 1;`);
    const { id } = await project.json<RunRecord>("run", "plain");
    const without = await project.tutti("run", "get", id, "--context");
    assert.deepEqual([without.code, /--context needs --step/.test(without.stderr)], [3, true]);
    const wrong = await project.tutti("run", "get", id, "--step", "x", "--context");
    assert.match(wrong.stderr, /has no model step or agent "x" with a stored answer/);
    const unknown = await project.tutti("run", "get", id, "--step", "y");
    assert.match(unknown.stderr, /has no step "y"[\s\S]*It has: x\./);
  });
});
