import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import { parseEnv } from "node:util";
import { TuttiError } from "../core/error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A parsed tutti.yaml. */
export interface ConfigFile {
  readonly path: string;
  /** For messages: relative to the folder that the search began in, where the file lies below it. */
  readonly name: string;
  readonly content: unknown;
  /** The places, as `section.key`, whose value came from a `${NAME}`, with the names. */
  readonly references: ReadonlyMap<string, readonly string[]>;
  /** Where a key stands, or where the deepest part of its path does. */
  placeOf(path: readonly PropertyKey[]): FilePlace;
  /** The text of a line, to show the mistake in. */
  readonly sourceLine: (line: number) => string;
}

const fileName = "tutti.yaml";

/** The tutti.yaml of a project, sought upward from a folder. */
export function findConfigFile(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, fileName);
    const there = statSync(candidate, { throwIfNoEntry: false });
    // A folder of this name is a slip; going on upward past it would take the settings of another project.
    if (there?.isFile() || there?.isDirectory()) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The secrets of a `.env` beside tutti.yaml; none where there is no such file. */
export function readSecrets(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR")) return {};
    throw new TuttiError("config.invalid", `${path} cannot be read`, { cause: error, where: path });
  }
}

/** Reads a file; `${NAME}` in its values is filled from `references`. */
export function readConfigFile(path: string, from: string, references: Environment): ConfigFile {
  const near = relative(from, path);
  const name = near.startsWith("..") ? path : near;
  const text = readText(path, name);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number): FilePlace => {
    const { line, col } = counter.linePos(offset);
    return { file: name, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const sourceLine = (line: number): string => text.split(/\r?\n/)[line - 1] ?? "";
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw invalidFile(placeAt(problem.pos[0]), problem.message.split("\n")[0] ?? "", sourceLine);
  const filled = fillReferences(document, references, (offset, missing) =>
    invalidFile(
      placeAt(offset),
      `\${${missing}} is not set`,
      sourceLine,
      `Set ${missing} in the environment or in the .env beside ${fileName}.`,
    ),
  );
  const content = toContent(document, () => invalidFile(placeAt(0), "it uses an alias too often", sourceLine));
  return { path, name, content, references: filled, placeOf: (keys) => placeAt(offsetOf(document, keys)), sourceLine };
}

export function invalidFile(
  place: FilePlace,
  problem: string,
  sourceLine: (line: number) => string,
  hint?: string,
): TuttiError {
  const where = `${place.file}:${place.line}:${place.column}`;
  return new TuttiError("config.invalid", `${where}: ${problem}`, {
    where,
    data: { ...place, source: sourceLine(place.line) },
    ...(hint ? { hint } : {}),
  });
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const isFolder = error instanceof Error && "code" in error && error.code === "EISDIR";
    throw new TuttiError("config.invalid", isFolder ? `${name} is a folder` : `${name} cannot be read`, {
      cause: error,
      where: name,
      hint: isFolder
        ? "Move it away and write a file in its place, or none; `tutti init` writes one."
        : "Check its owner and mode.",
    });
  }
}

function toContent(document: Document, tooManyAliases: () => TuttiError): unknown {
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    return content;
  } catch (error) {
    throw error instanceof ReferenceError ? tooManyAliases() : error;
  }
}

function fillReferences(
  document: Document,
  values: Environment,
  missing: (offset: number, name: string) => TuttiError,
): Map<string, readonly string[]> {
  const filled = new Map<string, readonly string[]>();
  visit(document, {
    Scalar(key, node, path) {
      if (key === "key" || typeof node.value !== "string" || !node.value.includes("${")) return;
      const names: string[] = [];
      node.value = node.value.replace(
        /\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g,
        (_all, escaped: string | undefined, name: string) => {
          if (escaped) return escaped; // `$${NAME}` stands for `${NAME}` itself
          const value = values[name];
          if (value === undefined) throw missing(node.range?.[0] ?? 0, name);
          names.push(name);
          return value;
        },
      );
      const keys = path.flatMap((step) =>
        isNode(step) || !("key" in step) || !isScalar(step.key) ? [] : [String(step.key.value)],
      );
      if (names.length > 0) {
        const setting = keys.slice(0, 2).join(".");
        filled.set(setting, [...(filled.get(setting) ?? []), ...names]);
      }
    },
  });
  return filled;
}

/** The offset of the last key of a path, or of the deepest part that the document has. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
