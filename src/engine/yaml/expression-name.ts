import type { ASTNode } from "@marcbachmann/cel-js";
import { nearest } from "../../core/nearest.ts";
import { ExpressionError } from "./expression-error.ts";

/** What an expression may name, by where it stands. */
export interface KnownNames {
  /** `input`, `steps`, and in loops `item` and `index`. */
  readonly variables: ReadonlySet<string>;
  /** The steps that may have run before. */
  readonly steps: ReadonlySet<string>;
  /** The fields of the flow's input. */
  readonly input: ReadonlySet<string>;
}

const functions = new Set(
  "size string int double bool has json parseJson lines startsWith endsWith contains lowerAscii upperAscii trim indexOf lastIndexOf substring split join".split(
    " ",
  ),
);
const loops = new Set(["map", "filter", "all", "exists", "exists_one"]);

const refused: ReadonlyMap<string, string> = new Map([
  ["matches", "regular expressions are left out, since some never end; use contains, startsWith or endsWith"],
  ["timestamp", "times are left out; work with milliseconds"],
  ["duration", "times are left out; work with milliseconds"],
]);

/** Throws `ExpressionError` for a function or name that there is not; the type check would only know half of them. */
export function checkNames(ast: ASTNode, known: KnownNames): void {
  visit(ast, known, new Set());
}

function visit(node: ASTNode, known: KnownNames, bound: ReadonlySet<string>): void {
  const path = pathOf(node);
  if (path) return checkPath(path, known, bound);
  switch (node.op) {
    case "value":
    case "id":
      return;
    case "call":
      checkFunction(node.args[0], node.start);
      return visitAll(node.args[1], known, bound);
    case "rcall": {
      const [name, receiver, given] = node.args;
      checkFunction(name, node.start);
      visit(receiver, known, bound);
      const [variable, ...rest] = given;
      if (!loops.has(name) || variable?.op !== "id") return visitAll(given, known, bound);
      return visitAll(rest, known, new Set([...bound, variable.args]));
    }
    case ".":
    case ".?":
      return visit(node.args[0], known, bound);
    case "!_":
    case "-_":
      return visit(node.args, known, bound);
    case "map":
      return visitAll(node.args.flat(), known, bound);
    default:
      return visitAll(node.args, known, bound);
  }
}

function visitAll(nodes: readonly ASTNode[], known: KnownNames, bound: ReadonlySet<string>): void {
  for (const node of nodes) visit(node, known, bound);
}

function checkFunction(name: string, offset: number): void {
  if (functions.has(name) || loops.has(name)) return;
  const reason = refused.get(name);
  throw new ExpressionError(reason ?? `there is no function "${name}"${guess(name, [...functions, ...loops])}`, offset);
}

export interface PathStep {
  readonly key: string | number;
  readonly offset: number;
}

/** `a.b["c"][0]` as its steps; null for anything that is more than a path. */
export function pathOf(node: ASTNode): readonly PathStep[] | null {
  if (node.op === "id") return [{ key: node.args, offset: node.start }];
  if (node.op !== "." && node.op !== "[]") return null;
  const before = pathOf(node.args[0]);
  const key = node.op === "." ? node.args[1] : literalKey(node.args[1]);
  return before && key !== null ? [...before, { key, offset: node.start }] : null;
}

function literalKey(node: ASTNode): string | number | null {
  if (node.op !== "value") return null;
  if (typeof node.args === "string") return node.args;
  return typeof node.args === "bigint" ? Number(node.args) : null;
}

function checkPath([root, first]: readonly PathStep[], known: KnownNames, bound: ReadonlySet<string>): void {
  if (!root || bound.has(String(root.key))) return;
  const { key: name, offset } = root;
  if (!known.variables.has(String(name))) {
    const meant = hyphenated(String(name), known) || guess(String(name), known.variables);
    throw new ExpressionError(`there is no "${name}" here${meant}`, offset);
  }
  if (name === "steps") {
    if (!first) throw new ExpressionError('"steps" needs the name of a step: steps.NAME or steps["NAME"]', offset);
    if (!known.steps.has(String(first.key))) throw unknownStep(String(first.key), known, offset);
  }
  if (name === "input" && first && !known.input.has(String(first.key)))
    throw new ExpressionError(`the flow has no input "${first.key}"${guess(String(first.key), known.input)}`, offset);
}

function unknownStep(name: string, known: KnownNames, offset: number): ExpressionError {
  const there = known.steps.size === 0 ? "" : ` (there are: ${[...known.steps].join(", ")})`;
  const meant = hyphenated(name, known) || guess(name, known.steps) || there;
  const message = `there is no step "${name}" before this one${meant}`;
  return new ExpressionError(message, offset);
}

/** `steps.sign-off` is read as a difference. */
function hyphenated(part: string, { steps }: KnownNames): string {
  const meant = [...steps].find((step) => step.startsWith(`${part}-`) || step.endsWith(`-${part}`));
  return meant === undefined ? "" : `; a name with a hyphen is written steps["${meant}"]`;
}

function guess(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}
