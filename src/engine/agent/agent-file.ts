import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { LineCounter, isMap, isScalar, parseDocument } from "yaml";
import type { Document, YAMLMap } from "yaml";
import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import { issueInWords } from "../../core/issue.ts";
import type { OverflowPolicy } from "../../models/chat-model.ts";
import { limitKeys, misspelledKey, splitLimits, type FileLimits } from "./agent-file-limit.ts";

/** An agent as a Markdown file tells it: a header between two lines of `---`, then the instructions. */
export interface AgentFile extends FileLimits {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  /** Absent: the default model. */
  readonly model?: string;
  /** Absent: none. `"*"` stands for every built-in tool. */
  readonly tools?: readonly string[];
  /** Tools that the agent may not have, whatever else allows them. */
  readonly withoutTools?: readonly string[];
  /** Agents of other files that it may hand tasks to. */
  readonly agents?: readonly string[];
  readonly onOverflow?: OverflowPolicy;
  readonly file: string;
  /** Tools of Claude Code that Tutti has no counterpart of: left out of `tools`. */
  readonly unsupportedTools: readonly string[];
  /** Keys of the header that mean nothing to Tutti. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface AgentProblem {
  /** The agent's name as far as it can be told: the header's, else the file's. */
  readonly name: string;
  readonly error: TuttiError;
}

export interface LoadedAgents {
  readonly agents: ReadonlyMap<string, AgentFile>;
  /** One `agent.invalid` for each file that cannot be used; a broken one does not take the others away. */
  readonly problems: readonly AgentProblem[];
}

/** Reads every `*.md` below the folders. Where two folders have an agent of one name, the folder named first wins. */
export async function loadAgents(folders: readonly string[]): Promise<LoadedAgents> {
  const agents = new Map<string, AgentFile>();
  const problems: AgentProblem[] = [];
  for (const folder of folders) {
    const here = new Map<string, AgentFile>();
    for (const file of await markdownFiles(folder)) {
      let text = "";
      try {
        text = await readFile(file, "utf8");
        keep(here, parseAgentFile(text, file));
      } catch (error) {
        problems.push({ name: probableName(text, file), error: toProblem(error, file) });
      }
    }
    for (const [name, agent] of here) agents.set(name, agents.get(name) ?? agent);
  }
  return { agents, problems };
}

function probableName(text: string, file: string): string {
  return /^name:\s*["']?([\w-]+)/m.exec(text)?.[1] ?? basename(file, ".md");
}

function keep(agents: Map<string, AgentFile>, agent: AgentFile): void {
  const twin = agents.get(agent.name);
  if (twin)
    throw invalid({ file: agent.file, line: 1, column: 1 }, `the agent "${agent.name}" is in ${twin.file} as well`);
  agents.set(agent.name, agent);
}

function toProblem(error: unknown, file: string): TuttiError {
  return error instanceof TuttiError ? error : invalid({ file, line: 1, column: 1 }, "it cannot be read", error);
}

/** Parses one file; `agent.invalid` with file, line and column for anything wrong. */
export function parseAgentFile(text: string, file: string): AgentFile {
  const { header, body } = split(text, file);
  const { fields, placeOf } = parseHeader(header, file);
  const result = headerSchema.safeParse(fields, { error: issueInWords });
  if (!result.success) {
    const issue = result.error.issues[0];
    const key = String(issue?.path[0] ?? "");
    throw invalid(placeOf(key), issue ? `${key}: ${issue.message}` : "the header is not valid");
  }
  const slip = misspelledKey(result.data);
  if (slip) throw invalid(placeOf(slip.key), `${slip.key} is not a key`, undefined, `Did you mean ${slip.meant}?`);
  if (body === "") throw invalid(placeOf(""), "there are no instructions after the header");
  const { name, description, tools, disallowedTools, model, agents, onOverflow, ...others } = result.data;
  const { limits, extra } = splitLimits(others);
  const wanted = tools === undefined ? undefined : sortTools(tools, placeOf("tools"));
  const unwanted = disallowedTools === undefined ? undefined : sortTools(disallowedTools, placeOf("disallowedTools"));
  return {
    name,
    description,
    instructions: body,
    ...(model && !isHosted(model) ? { model } : {}),
    ...(wanted ? { tools: wanted.names } : {}),
    ...(unwanted ? { withoutTools: unwanted.names } : {}),
    ...(agents === undefined ? {} : { agents: toNames(agents) }),
    ...(onOverflow === undefined ? {} : { onOverflow }),
    ...limits,
    file,
    unsupportedTools: wanted?.unsupported ?? [],
    extra,
  };
}

// Names of hosted models that agents written for Claude Code carry: here they can only mean "the usual one".
const hostedModels = new Set(["inherit", "default", "sonnet", "opus", "haiku"]);

function isHosted(model: string): boolean {
  return hostedModels.has(model) || model.startsWith("claude-");
}

const toolList = z.union([z.string(), z.array(z.string()), z.null()], { error: "must be a list of tool names" });
const headerSchema = z.looseObject({
  name: z
    .string({ error: required("a name") })
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, "must be letters, digits, - and _, such as code-reviewer"),
  description: z
    .string({ error: required("a description: what the agent is for") })
    .trim()
    .min(1, "must not be empty"),
  tools: toolList.optional(),
  disallowedTools: toolList.optional(),
  model: z.string({ error: "must be the name of a model, or inherit" }).optional(),
  agents: z.union([z.string(), z.array(z.string()), z.null()], { error: "must be a list of agent names" }).optional(),
  onOverflow: z.enum(["fail", "grow", "compact"], { error: "must be fail, grow or compact" }).optional(),
  ...limitKeys,
});

function required(what: string) {
  return (issue: { readonly input?: unknown }): string =>
    issue.input === undefined ? `the header needs ${what}` : "must be text";
}

interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function split(text: string, file: string): { header: string; body: string } {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const start = { file, line: 1, column: 1 };
  if (lines[0]?.trimEnd() !== "---") {
    throw invalid(
      start,
      "it does not begin with a header",
      undefined,
      "Begin with a line of ---, then `name:` and `description:`, then --- again.",
    );
  }
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === "---");
  if (end < 0)
    throw invalid(start, "the header has no end", undefined, "Put a line of --- after the last key of the header.");
  return {
    header: lines.slice(1, end).join("\n"),
    body: lines
      .slice(end + 1)
      .join("\n")
      .trim(),
  };
}

interface Header {
  readonly fields: unknown;
  readonly placeOf: (key: string) => FilePlace;
}

function parseHeader(header: string, file: string): Header {
  const counter = new LineCounter();
  const document = parseLeniently(header, counter);
  // The header begins in line 2 of the file.
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1) + 1, column: Math.max(col, 1) };
  };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw invalid(placeAt(problem.pos[0]), problem.message, problem);
  const map = document.contents;
  if (!isMap(map)) throw invalid({ file, line: 2, column: 1 }, "the header has no keys");
  return {
    fields: document.toJS({ maxAliasCount: 100 }),
    placeOf: (key) => placeAt(keyOffset(map, key)),
  };
}

function keyOffset(map: YAMLMap, key: string): number {
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
}

/**
 * Claude Code takes `description: Use it when: …` as text, YAML does not. Lines of that kind are quoted and the header is
 * read once more; everything else that is no YAML stays an error, with the message of the first reading.
 */
function parseLeniently(header: string, counter: LineCounter): Document {
  const options = { prettyErrors: false, uniqueKeys: true };
  const strict = parseDocument(header, { ...options, lineCounter: counter });
  if (strict.errors.length === 0) return strict;
  const quoted = header.replace(
    /^(name|description|model):[ \t]+(?!["'|>])(.*)$/gm,
    (_line, key: string, value: string) => `${key}: ${JSON.stringify(value.trim())}`,
  );
  const second = new LineCounter();
  const lenient = parseDocument(quoted, { ...options, lineCounter: second });
  if (lenient.errors.length > 0) return strict;
  counter.lineStarts.splice(0, counter.lineStarts.length, ...second.lineStarts);
  return lenient;
}

function toNames(given: string | readonly string[] | null): readonly string[] {
  const names = typeof given === "string" ? given.split(",") : (given ?? []);
  return names.map((name) => name.trim()).filter(Boolean);
}

interface SortedTools {
  readonly names: readonly string[];
  readonly unsupported: readonly string[];
}

function sortTools(given: string | readonly string[] | null, place: FilePlace): SortedTools {
  // Commas inside brackets belong to the tool: `Task(a, b), Read`.
  const parts = typeof given === "string" ? (given.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? []) : (given ?? []);
  const names = new Set<string>();
  const unsupported: string[] = [];
  for (const part of parts.map((text) => text.trim()).filter(Boolean)) {
    // To take `Bash(git diff:*)` for Bash would allow more than the file does.
    if (part.includes("(")) {
      throw invalid(
        place,
        `${part} narrows a tool, which Tutti cannot hold`,
        undefined,
        `Write ${part.split("(")[0]} to allow all of it, or leave it out.`,
      );
    }
    const name = fromClaudeTool(part);
    if (name === null) unsupported.push(part);
    else names.add(name);
  }
  return { names: names.has("*") ? ["*"] : [...names], unsupported };
}

/** Our name of a tool of Claude Code; null where there is none; any other name as it is. */
function fromClaudeTool(name: string): string | null {
  if (foreignTools.has(name) || name.startsWith("mcp__")) return null;
  return claudeTools.get(name) ?? name;
}

const claudeTools: ReadonlyMap<string, string> = new Map([
  ["Read", "read_file"],
  ["Glob", "list_files"],
  ["LS", "list_files"],
  ["Grep", "search_text"],
  ["Write", "write_file"],
  ["Edit", "edit_file"],
  ["MultiEdit", "edit_file"],
  ["Bash", "run_command"],
  ["All", "*"],
  ["all", "*"],
]);

const foreignTools: ReadonlySet<string> = new Set(
  (
    "Agent AskUserQuestion BashOutput ExitPlanMode KillBash KillShell NotebookEdit NotebookRead Skill SlashCommand Task " +
    "TodoRead TodoWrite WebFetch WebSearch"
  ).split(" "),
);

async function markdownFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.name.toLowerCase().endsWith(".md") && !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw new TuttiError("agent.invalid", `the folder ${folder} cannot be read`, { cause: error, where: folder });
  }
}

function invalid({ file, line, column }: FilePlace, problem: string, cause?: unknown, hint?: string): TuttiError {
  const where = `${file}:${line}:${column}`;
  return new TuttiError("agent.invalid", `${where}: ${problem}`, {
    cause,
    where,
    data: { file, line, column },
    ...(hint ? { hint } : {}),
  });
}
