// Holds docs/agents.md to the truth: its examples run through the whole product, its tables are compared with the code.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { openApp, type App } from "../../src/app.ts";
import { silentLog } from "../../src/core/log.ts";
import type { RunRecord } from "../../src/core/step.ts";
import { parseAgentFile } from "../../src/engine/agent/agent-file.ts";
import { limitKeys } from "../../src/engine/agent/agent-file-limit.ts";
import { limitsOf } from "../../src/engine/agent/agent-limit.ts";
import { openHome } from "../../src/storage/home.ts";
import { createTools } from "../../src/tools/capability.ts";
import { toolsSection } from "../../src/tools/limits.ts";
import { startOllamaServer, type ChatBody, type Reply } from "../support/ollama-server.ts";
import { ended, until } from "./work-verbs-case.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/agents.md"), "utf8");

/** The files that the text shows: a line with the path, then the block. */
const shown = Object.fromEntries(
  [...text.matchAll(/^`([^`\n]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, path = "", body = ""]) => [path, body]),
);

/** The rows of the table below a heading or sentence, without its head. */
function tableAfter(start: string): string[][] {
  const [table = ""] = /(?:^\|.*\n)+/m.exec(text.slice(text.indexOf(start))) ?? [];
  const rows = table.trimEnd().split("\n");
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codes = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** Asks for the file, then for the agent's second tool if it has one, then answers. */
function reply({ messages, tools = [] }: ChatBody): Reply {
  const names = tools.map((tool) => (tool as { function: { name: string } }).function.name);
  const told = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  if (told.length === 0) return { toolCalls: [{ name: "read_file", arguments: { path: "notes.txt" } }] };
  if (told.length === 1 && names.includes("count_lines"))
    return { toolCalls: [{ name: "count_lines", arguments: JSON.parse(told[0] ?? "{}") as object }] };
  return { text: `${messages[0]?.content.split(".")[0]} | ${told.at(-1)}` };
}

describe("docs/agents.md", { timeout: 60_000 }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-docs-")));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, body] of Object.entries(shown)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), body);
  }
  writeFileSync(join(folder, "notes.txt"), "first\nsecond\n");

  test("its flows and its agent's file run as they stand there", async () => {
    await using server = await startOllamaServer({ models: ["tiny-chat"], reply });
    const environment = { PATH: process.env["PATH"], OLLAMA_HOST: server.url };
    await using app = await openApp({ home: openHome(folder, undefined), folder, environment, log: silentLog });
    const worker = app.createWorker();
    await using membership = await app.startWorker(worker);
    assert.ok(membership);
    const run = async (flow: string): Promise<RunRecord> => finished(app, await app.engine.control.start({ flow }));
    const outputs = { explain: await run("explain"), review: await run("review-file"), tidy: await run("tidy") };
    await worker.stop(1_000);
    assert.deepEqual(outputs.explain.output, { text: "You explain files to newcomers | 2", turns: 3, calls: 3 });
    assert.match(String(outputs.review.output), /^You review files \| .*first/);
    assert.deepEqual(outputs.tidy.output, { matches: [{ path: "notes/new.txt", line: 2, text: "three" }] });
    assert.ok(outputs.explain.steps.some(({ key }) => key === "explain/turn 2/count_lines"));
  });

  test("its table of tools is the list of built-in tools", () => {
    const { tools } = createTools({ limits: toolsSection.schema.parse({}), environment: {} });
    assert.deepEqual(
      tableAfter("## Built-in tools").map(([name]) => name),
      tools.map(({ name }) => `\`${name}\``),
    );
  });

  test("its limits are the defaults of the configuration", () => {
    const told = tableAfter("Limits, section").map(([key, value]) => [codes(key)[0], codes(value)[0]]);
    const real = Object.entries(toolsSection.schema.parse({}));
    assert.deepEqual(
      told,
      real.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
  });

  test("its limits of agents are those that there are, with what they are unless given", () => {
    const { turns, tokens, toolCalls, timeMs, depth, repeats, resultSize } = limitsOf({
      name: "a",
      instructions: "Do.",
    });
    const unlessGiven = [turns, tokens, toolCalls, timeMs, depth, repeats, resultSize];
    assert.deepEqual(
      tableAfter("## What it may use").map(([key, value]) => [codes(key)[0], codes(value)[0]]),
      Object.keys(limitKeys).map((key, index) => [key, unlessGiven[index]?.toString()]),
    );
  });

  test("its names of Claude Code's tools are taken as it says", () => {
    const parse = (header: string) => parseAgentFile(`---\nname: a\ndescription: d\n${header}\n---\nDo.\n`, "a.md");
    const rows = tableAfter("Files that were written for Claude Code");
    for (const [there, here] of rows.slice(0, 6))
      for (const name of codes(there)) assert.deepEqual(parse(`tools: ${name}`).tools, codes(here));
    const foreign = codes(rows[6]?.[0]).map((name) => name.replace("…", "server__tool"));
    assert.deepEqual(parse(`tools: [${foreign.join(", ")}]`).unsupportedTools, foreign);
    assert.throws(() => parse(`tools: ${codes(rows[7]?.[0])[0]}`), { code: "agent.invalid" });
    assert.equal(parse("color: red").tools, undefined);
    for (const name of ["inherit", "sonnet", "opus", "haiku", "claude-x"])
      assert.equal(parse(`model: ${name}`).model, undefined);
  });
});

function finished(app: App, id: string): Promise<RunRecord> {
  return until(async () => {
    const run = await app.engine.store.record(id);
    return ended.includes(run.status) && run;
  });
}
