import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { TuttiError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { definedFlow, isFlow, type AnyFlow } from "./flow.ts";
import type { FlowSource } from "./flow.ts";
import { changedFiles, firstEdition, importUserModule, nextEdition, noteFile } from "./user-module.ts";

export interface FlowEntry {
  readonly name: string;
  readonly file: string;
  /** Tutti brings it along; a flow of the folder with the same name goes first. */
  readonly isBuiltIn: boolean;
  readonly flow: AnyFlow | null;
  readonly problem: TuttiError | null;
}

export interface FlowLoader extends FlowSource {
  /** Every flow file that is found, those that cannot be read with their problem. */
  list(folder?: string): Promise<readonly FlowEntry[]>;
  /** By name, or by the path of a file. `flow.missing`, `flow.syntax`, `flow.invalid`. */
  get(nameOrFile: string, folder?: string): Promise<AnyFlow>;
}

const yamlExtensions = [".yaml", ".yml"];
const extensions = [".ts", ".js", ".mjs", ...yamlExtensions];

export interface FlowLoaderOptions {
  /** Where flows are sought from that nobody has named a folder for. */
  readonly folder: string;
  /** Files of flows that are there in every folder. */
  readonly builtIn?: readonly string[];
  /** Told which files have changed, when they are about to be read anew. */
  readonly onChange?: (files: readonly string[]) => void;
}

// A stat of each file is cheap, but not for each of a thousand runs a second; nobody saves a file and starts its run so fast.
const lookAgainMs = 100;

/**
 * Reads flows from `flows/*.ts` and `flows/*.yaml`, sought from a folder upward: the caller's, or that of this process. A file is read
 * once; when it or a file that it imports has changed, all are read anew for what is asked from then on. A run that is being
 * worked on keeps the code that it has.
 */
export function createFlowLoader({ folder: ownFolder, builtIn = [], onChange }: FlowLoaderOptions): FlowLoader {
  const read = readOnce(builtIn);
  const found = new Map<string, Map<string, AnyFlow>>();
  const files = new WeakMap<AnyFlow, string>();
  const renew = (): void => {
    const changed = read.renew();
    if (changed.length === 0) return;
    found.clear();
    onChange?.(changed);
  };
  const list = async (folder = ownFolder): Promise<readonly FlowEntry[]> => {
    renew();
    const own = tellTwins(await Promise.all(flowFiles(folder).map(read.file)));
    const brought = await Promise.all(builtIn.map(read.file));
    const entries = [...own, ...brought.filter(({ name }) => !own.some((entry) => entry.name === name))];
    return entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  };
  const keep = (flow: AnyFlow, file: string, folder: string): AnyFlow => {
    const names = found.get(folder) ?? new Map<string, AnyFlow>();
    found.set(folder, names.set(flow.name, flow));
    files.set(flow, file);
    return flow;
  };
  const byName = async (name: string, folder: string): Promise<AnyFlow | null> => {
    const before = found.get(folder)?.get(name);
    if (before) return before;
    // A file that is called like the flow saves reading all the others.
    const likely = await Promise.all(
      [...flowFiles(folder), ...builtIn].filter((file) => stem(file) === name).map(read.file),
    );
    const broken = likely.find(({ problem }) => problem !== null);
    if (broken?.problem) throw broken.problem;
    const named = [...likely, ...(await list(folder))].filter((candidate) => candidate.name === name);
    const entry = named.find(({ flow }) => flow);
    if (entry?.flow) return keep(entry.flow, entry.file, folder);
    const [twin] = named;
    if (twin?.problem) throw twin.problem;
    return null;
  };
  return {
    list,
    fileOf: (flow) => files.get(flow) ?? null,
    async find(name, { file: given = null, folder } = {}) {
      renew();
      const from = folder && folder !== ownFolder && existsSync(folder) ? folder : ownFolder;
      const file = given === null ? null : resolve(from, given);
      const before = found.get(from)?.get(name);
      if (before && (file === null || files.get(before) === file)) return before;
      const inFile = file !== null && existsSync(file) ? fromFile(await read.file(file), name) : null;
      return inFile && file !== null ? keep(inFile, file, from) : byName(name, from);
    },
    async get(nameOrFile, folder = ownFolder) {
      renew();
      const file = asFile(folder, nameOrFile);
      if (file === null) return (await byName(nameOrFile, folder)) ?? missing(nameOrFile, await list(folder));
      const { flow, problem } = await read.file(file);
      if (flow) return keep(flow, file, folder);
      throw problem ?? new TuttiError("flow.invalid", `${file} exports no flow`);
    },
  };
}

/**
 * Of several files that define flows of one name, the one that is called like the flow is meant by it; without such a
 * one, none is. The others have to be named by their paths.
 */
function tellTwins(entries: readonly FlowEntry[]): FlowEntry[] {
  const byName = Map.groupBy(
    entries.filter(({ flow }) => flow),
    ({ name }) => name,
  );
  return entries.map((entry) => {
    const { name, file, flow } = entry;
    const others = (byName.get(name) ?? []).filter((twin) => twin.file !== file).map((twin) => basename(twin.file));
    if (!flow || others.length === 0 || stem(file) === name) return entry;
    const message = `${basename(file)} defines a flow "${name}", and so does ${others.join(", ")}`;
    const hint = `Give one of them another name, or run it by its path: tutti run ${file}`;
    return { ...entry, flow: null, problem: new TuttiError("flow.invalid", message, { hint, where: file }) };
  });
}

interface FlowReader {
  readonly file: (path: string) => Promise<FlowEntry>;
  /** Forgets all if something is no longer as it was read; gives the files that are not. */
  renew(): readonly string[];
}

function readOnce(builtIn: readonly string[]): FlowReader {
  const known = new Map<string, Promise<FlowEntry>>();
  let edition = firstEdition;
  let lookedAt = performance.now();
  return {
    file(path) {
      const entry = known.get(path) ?? readFlow({ file: path, isBuiltIn: builtIn.includes(path), edition });
      known.set(path, entry);
      return entry;
    },
    renew() {
      if (performance.now() - lookedAt < lookAgainMs) return [];
      lookedAt = performance.now();
      const changed = changedFiles(edition, known.keys());
      if (changed.length === 0) return [];
      known.clear();
      edition = nextEdition(edition);
      return changed;
    },
  };
}

/** The flow of a file, or one that the file or what it imports has defined for its children. */
function fromFile({ flow, problem }: FlowEntry, name: string): AnyFlow | null {
  if (problem) throw problem;
  return flow?.name === name ? flow : (definedFlow(name) ?? null);
}

function asFile(folder: string, text: string): string | null {
  if (!extensions.some((extension) => text.endsWith(extension))) return null;
  const path = isAbsolute(text) ? text : resolve(folder, text);
  if (existsSync(path)) return path;
  throw new TuttiError("flow.missing", `there is no file ${path}`, {
    hint: "Name a flow of `tutti flow list`, or the path of a flow's file.",
  });
}

function flowFiles(folder: string): string[] {
  for (let here = resolve(folder); ; here = dirname(here)) {
    const candidate = join(here, "flows");
    if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory()) {
      const names = readdirSync(candidate).filter(
        (name) => extensions.some((extension) => name.endsWith(extension)) && !name.endsWith(".d.ts"),
      );
      return names.toSorted().map((name) => join(candidate, name));
    }
    if (here === dirname(here)) return [];
  }
}

interface FlowFile {
  readonly file: string;
  readonly isBuiltIn: boolean;
  readonly edition: number;
}

async function readFlow({ file, isBuiltIn, edition }: FlowFile): Promise<FlowEntry> {
  try {
    noteFile(file, edition);
    if (yamlExtensions.some((extension) => file.endsWith(extension))) {
      // Loaded where it is used: most commands read no YAML flow.
      const { loadYamlFlow } = await import("./yaml/yaml-flow.ts");
      const flow = await loadYamlFlow(file);
      return { name: flow.name, file, isBuiltIn, flow, problem: null };
    }
    const module = await importUserModule(file, edition);
    const flow = typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
    if (isFlow(flow)) return { name: flow.name, file, isBuiltIn, flow, problem: null };
    throw new TuttiError("flow.invalid", `${file} has no flow as its default export`, {
      hint: "End the file with: export default flow({ name, input, async run(step, input) { … } })",
      where: file,
    });
  } catch (error) {
    return { name: stem(file), file, isBuiltIn, flow: null, problem: await toProblem(file, error) };
  }
}

async function toProblem(file: string, error: unknown): Promise<TuttiError> {
  if (error instanceof TuttiError) return error;
  const place = (await syntaxPlace(file, error)) ?? file;
  const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
  const isSyntax =
    error instanceof SyntaxError ||
    (error instanceof Error && "code" in error && String(error.code).includes("TYPESCRIPT"));
  return new TuttiError(isSyntax ? "flow.syntax" : "flow.invalid", `${place}: ${message}`, {
    cause: error,
    where: place,
  });
}

/** `file:line` of a syntax error: from the stack where Node tells it, else from `node --check`. */
async function syntaxPlace(file: string, error: unknown): Promise<string | null> {
  const first = error instanceof Error ? (error.stack ?? "").split("\n")[0] : "";
  const told = /^(?:file:\/\/)?(\/.*|[A-Za-z]:.*?):(\d+)$/.exec(first?.trim() ?? "");
  if (told) return `${told[1]?.replace(/\?.*$/, "")}:${told[2]}`;
  if (!(error instanceof SyntaxError)) return placeInStack(file, error);
  const output = await promisify(execFile)(process.execPath, ["--check", file]).then(
    () => "",
    (failure: unknown) => (failure instanceof Error && "stderr" in failure ? String(failure.stderr) : ""),
  );
  const line = /:(\d+)\s*$/m.exec(output.split("\n").find((text) => text.includes(basename(file))) ?? "");
  return line ? `${file}:${line[1]}` : null;
}

function placeInStack(file: string, error: unknown): string | null {
  const frame =
    error instanceof Error ? (error.stack ?? "").split("\n").find((line) => line.includes(file)) : undefined;
  const line = /:(\d+):\d+\)?$/.exec(frame ?? "");
  return line ? `${file}:${line[1]}` : null;
}

function missing(name: string, entries: readonly FlowEntry[]): never {
  const names = [...new Set(entries.map((entry) => entry.name))];
  const hasOwn = entries.some(({ isBuiltIn }) => !isBuiltIn);
  const meant = nearest(name, names);
  const guess = meant === undefined ? "" : `Did you mean ${meant}? `;
  const all = names.length > 0 ? `There are: ${names.join(", ")}.` : "";
  throw new TuttiError("flow.missing", `there is no flow "${name}"`, {
    hint: `${guess}${all}${hasOwn || meant !== undefined ? "" : " Put one into flows/NAME.ts, or start with `tutti init`."}`.trim(),
    data: { flows: names, nearest: meant ?? null },
  });
}

function stem(file: string): string {
  return basename(file).replace(/\.[^.]+$/, "");
}
