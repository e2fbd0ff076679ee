import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { TuttiError } from "../../../src/core/error.ts";
import { loadAgents, parseAgentFile } from "../../../src/engine/agent/agent-file.ts";
import { findAgent } from "../../../src/engine/agent/agent-finder.ts";

const file = "agents/a.md";
const agent = (header: string, body = "Do it."): string => `---\n${header}\n---\n\n${body}\n`;
const required = "name: a\ndescription: d\n";
const invalid = (text: string, where: string, message: RegExp): void =>
  assert.throws(() => parseAgentFile(text, file), { code: "agent.invalid", where: `${file}:${where}`, message });

describe("an agent file", () => {
  it("tells name, description, instructions, model, tools and turns", () => {
    const text = agent(
      "name: writer\ndescription: Writes.\ntools: [read_file, my_tool]\nmodel: qwen3:4b\nmaxTurns: 7\nonOverflow: compact\ncolor: red",
      "Line one.\n\n---\nLine two.",
    );
    assert.deepEqual(parseAgentFile(text, file), {
      name: "writer",
      description: "Writes.",
      instructions: "Line one.\n\n---\nLine two.",
      model: "qwen3:4b",
      tools: ["read_file", "my_tool"],
      maxTurns: 7,
      onOverflow: "compact",
      file,
      unsupportedTools: [],
      extra: { color: "red" },
    });
  });
  it("takes the tools of Claude Code as ours", () => {
    const parsed = parseAgentFile(
      agent(
        `${required}tools: Read, Grep, Glob, Edit, MultiEdit, Write, Bash, WebFetch, mcp__x__y\nmodel: inherit\ndisallowedTools: Bash`,
      ),
      file,
    );
    assert.deepEqual(parsed.tools, [
      "read_file",
      "search_text",
      "list_files",
      "edit_file",
      "write_file",
      "run_command",
    ]);
    assert.deepEqual(parsed.unsupportedTools, ["WebFetch", "mcp__x__y"]);
    assert.deepEqual(parsed.withoutTools, ["run_command"]);
    assert.equal(parsed.model, undefined);
  });
  it("tells no tools from all tools", () => {
    assert.equal(parseAgentFile(agent(required), file).tools, undefined);
    for (const all of ['"*"', "All", "[Read, all]"])
      assert.deepEqual(parseAgentFile(agent(`${required}tools: ${all}`), file).tools, ["*"]);
    for (const none of ["tools:", "tools: []", 'tools: ""'])
      assert.deepEqual(parseAgentFile(agent(required + none), file).tools, []);
  });
  it("tells limits, other agents and what to do with an overflow", () => {
    const limits =
      "maxTotalTokens: 5000\nmaxToolCalls: 0\nmaxTime: 10m\nmaxDepth: 1\nmaxRepeats: 2\nmaxResultSize: 900";
    const parsed = parseAgentFile(agent(`${required}agents: helper, other\nonOverflow: grow\n${limits}`), file);
    assert.deepEqual(parsed.agents, ["helper", "other"]);
    assert.equal(parsed.onOverflow, "grow");
    const { maxTotalTokens, maxToolCalls, maxTime, maxDepth, maxRepeats, maxResultSize } = parsed;
    assert.deepEqual(
      [maxTotalTokens, maxToolCalls, maxTime, maxDepth, maxRepeats, maxResultSize],
      [5_000, 0, "10m", 1, 2, 900],
    );
    assert.deepEqual(parsed.extra, {});
    assert.deepEqual(parseAgentFile(agent(`${required}agents: [a, b]`), file).agents, ["a", "b"]);
  });
  it("refuses a limit that would not hold", () => {
    invalid(agent(`${required}maxTime: soon`), "4:1", /maxTime: must be a duration/);
    invalid(agent(`${required}maxTotalTokens: 0`), "4:1", /maxTotalTokens: must be at least 1/);
    invalid(agent(`${required}maxResultSize: 10`), "4:1", /must be at least 500/);
    invalid(agent(`${required}onOverflow: shrink`), "4:1", /must be fail, grow or compact/);
    invalid(agent(`${required}max_turns: 3`), "4:1", /max_turns is not a key/);
    invalid(agent(`${required}maxToolCall: 3`), "4:1", /maxToolCall is not a key/);
    assert.deepEqual(parseAgentFile(agent(`${required}color: red\nmaxim: x`), file).extra, {
      color: "red",
      maxim: "x",
    });
  });
  it("takes a hosted model for the default one", () => {
    for (const model of ["inherit", "sonnet", "claude-sonnet-4-5"])
      assert.equal(parseAgentFile(agent(`${required}model: ${model}`), file).model, undefined);
    assert.equal(parseAgentFile(agent(`${required}model: ollama/claude-like`), file).model, "ollama/claude-like");
  });
  it("takes CRLF and a byte order mark", () => {
    assert.equal(
      parseAgentFile(`\uFEFF${agent(required.trim(), "x\ny").replaceAll("\n", "\r\n")}`, file).instructions,
      "x\ny",
    );
  });
  it("takes a description with colons, as Claude Code writes it", () => {
    const description = 'Use this agent when: a) x. Examples: <example>user: "hi" # not a comment</example>';
    assert.equal(
      parseAgentFile(agent(`name: a\ndescription: ${description}\ntools: Read`), file).description,
      description,
    );
  });
  it("says what is wrong, and where", () => {
    invalid("Just text", "1:1", /does not begin with a header/);
    invalid("", "1:1", /does not begin/);
    invalid("---\nname: a\n", "1:1", /has no end/);
    invalid(agent("description: d"), "2:1", /needs a name/);
    invalid(agent("name: a"), "2:1", /needs a description/);
    invalid(agent("description: d\nname: a b"), "3:1", /letters, digits/);
    invalid(agent(`${required}maxTurns: many`), "5:1".replace("5", "4"), /maxTurns: must be a whole number/);
    invalid(agent(`${required}name: b`), "4:1", /unique/);
    invalid(agent(`${required}tools: [Read`), "5:1".replace("5:1", "4:13"), /./);
    invalid(agent(`${required}tools: Bash(git diff:*), Read`), "4:1", /narrows a tool/);
    invalid(agent(required.trim(), ""), "2:1", /no instructions/);
    invalid(agent("- a"), "2:1", /no keys/);
  });
});

describe("folders of agents", () => {
  const root = mkdtempSync(join(tmpdir(), "tutti-agents-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  it("are read whole; the first folder wins; a broken file takes no other away", async () => {
    for (const folder of ["agents/sub", "claude"]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "agents/sub/a.md"), agent(required, "first"));
    writeFileSync(join(root, "agents/z.md"), agent(required, "twin"));
    writeFileSync(join(root, "agents/note.txt"), "no");
    writeFileSync(join(root, "claude/a.md"), agent(required, "second"));
    writeFileSync(join(root, "claude/b.md"), agent("name: b\ndescription: d"));
    writeFileSync(join(root, "claude/c.md"), "broken");
    const { agents, problems } = await loadAgents([join(root, "agents"), join(root, "claude"), join(root, "none")]);
    assert.deepEqual(
      [...agents].map(([name, { instructions }]) => [name, instructions]),
      [
        ["a", "first"],
        ["b", "Do it."],
      ],
    );
    assert.deepEqual(
      problems.map(({ error }) => error.where),
      [join(root, "agents/z.md:1:1"), join(root, "claude/c.md:1:1")],
    );
  });

  it("find an agent by name, or tell what is wrong with its file, or which there are", async () => {
    const folders = [join(root, "agents"), join(root, "claude")];
    assert.equal((await findAgent(folders, "b")).name, "b");
    await assert.rejects(findAgent(folders, "c"), { code: "agent.invalid", where: join(root, "claude/c.md:1:1") });
    await assert.rejects(findAgent(folders, "bb"), (error: unknown) => {
      assert.ok(error instanceof TuttiError);
      assert.equal(error.message, 'there is no agent "bb"');
      assert.match(
        error.hint ?? "",
        /^Put one into agents\/bb\.md\. There are: a, b\. Not usable: .*z\.md:1:1: .*\. Not usable: .*c\.md:1:1/,
      );
      return true;
    });
  });
});
