import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import { TuttiError, type ErrorCode } from "../../core/error.ts";

/** Where something stands in the document: keys and indexes from the top. */
export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something wrong in a flow's file. */
export interface Mistake extends Place {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A YAML document as plain values, with the place of each. */
export interface FlowText {
  readonly file: string;
  readonly value: unknown;
  /** Of a key, or of an item; of the deepest part where the document has no such path. */
  placeOf(path: Path): Place;
  /** Of an expression in the text at a path: the how-manieth `${{` it is, and the offset behind that. */
  placeInText(path: Path, at: { readonly occurrence: number; readonly offset: number }): Place;
}

// A flow is written by hand. What is larger is not one, and would only keep the host busy.
const largestFile = 1_000_000;
// Anchors may share a block; a file whose aliases unfold into more than this is an attack on memory.
const mostAliases = 100;

/** `flow.syntax` with the place of every mistake. */
export function parseFlowText(text: string, file: string): FlowText {
  const counter = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const fail: Fail = (message, hint, offset = 0) => {
    throw invalidFlow(file, [{ ...placeAt(offset), message, hint }], "flow.syntax");
  };
  if (text.length > largestFile) return fail(`it is longer than ${largestFile} characters`);
  const document = parse(text, counter, fail);
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    const mistakes = wrong.map(({ pos, code, message }): Mistake => {
      const { line, column } = placeAt(pos[0]);
      const words = code === "MULTIPLE_DOCS" ? "a file holds one flow, and here a second document begins" : message;
      return { line, column, message: words.split("\n")[0] ?? "" };
    });
    throw invalidFlow(file, firstOfEachLine(mistakes, text.split("\n")), "flow.syntax");
  }
  return {
    file,
    value: toValue(document, fail),
    placeOf: (path) => placeAt(find(document, path).offset),
    placeInText: (path, at) => placeAt(offsetInText(text, find(document, path), at)),
  };
}

const quoted =
  'Put the expression into quotes: "${{ … }}". Without them, {, }, [, ], #, and : have a meaning of their own.';

/** What follows on the same line mostly follows from it. YAML's own words do not say why an expression is in its way. */
function firstOfEachLine(mistakes: readonly Mistake[], lines: readonly string[]): Mistake[] {
  return mistakes
    .filter(({ line }, index) => mistakes.findIndex((other) => other.line === line) === index)
    .map(({ line, column, message }) => ({
      line,
      column,
      message,
      hint: lines[line - 1]?.includes("${{") ? quoted : undefined,
    }));
}

type Fail = (message: string, hint?: string, offset?: number) => never;

function parse(text: string, lineCounter: LineCounter, fail: Fail): Document {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  } catch (error) {
    if (error instanceof RangeError) return fail("it is nested too deeply");
    throw error;
  }
}

function toValue(document: Document, fail: Fail): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    // An anchor that holds itself, or that is used a thousand times, is found by writing the value out.
    if (JSON.stringify(value ?? null).length > largestFile)
      return fail("its aliases unfold into too much", "Write the parts out, or put them into flows of their own.");
    return value;
  } catch (error) {
    const alias = wrongAlias(document);
    if (alias) return fail(alias.message, undefined, alias.offset);
    if (error instanceof ReferenceError) return fail("it uses an alias too often");
    if (error instanceof RangeError || error instanceof TypeError) return fail("it is nested too deeply");
    throw error;
  }
}

/** The first alias that stands for nothing, or for what it stands in. */
function wrongAlias(document: Document): { readonly message: string; readonly offset: number } | undefined {
  let found: { readonly message: string; readonly offset: number } | undefined;
  visit(document, {
    Alias(_key, alias) {
      const [offset = 0] = alias.range ?? [];
      const target = alias.resolve(document);
      const [start = -1, , end = -1] = target?.range ?? [];
      if (!target) found = { message: `there is no anchor &${alias.source} before this alias`, offset };
      else if (start <= offset && offset < end) found = { message: "an alias holds itself", offset };
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

interface Found {
  /** Of the key or item. */
  readonly offset: number;
  /** Of the value, from its first letter to its last; null where the path leads nowhere. */
  readonly range: readonly [number, number] | null;
}

function find(document: Document, path: Path): Found {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) return { offset, range: null };
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(node) && Number(part) < node.items.length) {
      node = node.items[Number(part)];
      offset = startOf(node);
    } else return { offset, range: null };
  }
  if (isAlias(node)) node = node.resolve(document);
  const range = isScalar(node) ? node.range : null;
  return { offset, range: range ? [range[0], range[1]] : null };
}

function startOf(node: unknown): number {
  const hasRange = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
  return hasRange ? (node.range?.[0] ?? 0) : 0;
}

function offsetInText(
  text: string,
  { offset, range }: Found,
  at: { readonly occurrence: number; readonly offset: number },
): number {
  if (!range) return offset;
  // Quotes, indentation and folding change the text, but each `${{` of it stands in the file as such.
  const openings = [...text.slice(...range).matchAll(/\$?\$\{\{/g)].filter(([found]) => found === "${{");
  const opening = openings[at.occurrence];
  if (!opening) return offset;
  return Math.min(range[0] + opening.index + "${{".length + at.offset, range[1]);
}

// More than this nobody reads at once, and most follow from the first.
const mostMistakes = 20;

/** One error for all mistakes of a file, in its order; the first one's place is the error's. */
export function invalidFlow(
  file: string,
  mistakes: readonly Mistake[],
  code: Extract<ErrorCode, "flow.invalid" | "flow.syntax"> = "flow.invalid",
): TuttiError {
  const sorted = mistakes.toSorted((left, right) => left.line - right.line || left.column - right.column);
  const shown = sorted.slice(0, mostMistakes);
  const lines = shown.map(({ line, column, message, hint }, index) => {
    const ownHint = index > 0 && hint !== undefined ? `${/[.?]$/.test(message) ? "" : "."} ${hint}` : "";
    return `${file}:${line}:${column}: ${message}${ownHint}`;
  });
  if (sorted.length > shown.length) lines.push(`and ${sorted.length - shown.length} more mistakes`);
  const [first] = shown;
  return new TuttiError(code, lines.join("\n"), {
    where: `${file}:${first?.line ?? 1}:${first?.column ?? 1}`,
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
    data: { mistakes: shown },
  });
}
