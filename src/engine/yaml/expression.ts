import { Environment, EvaluationError, ParseError, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import { checkNames, pathOf, type KnownNames, type PathStep } from "./expression-name.ts";
import { ExpressionError } from "./expression-error.ts";
import { metered } from "./expression-meter.ts";
import { toJson } from "./expression-value.ts";

/** What an expression sees: `input`, `steps`, and in loops `item` and `index`. */
export type Values = Readonly<Record<string, unknown>>;

export interface Expression {
  /** JSON. Throws `ExpressionError`. */
  evaluate(values: Values): unknown;
}

/**
 * Compiles an expression of the Common Expression Language: no loops but over lists that are there, no functions with side
 * effects, no clock, chance or environment. Throws `ExpressionError` for what is wrong with it by itself.
 */
export function compileExpression(source: string, known: KnownNames): Expression {
  if (source.length > longestSource) throw new ExpressionError(`is longer than ${longestSource} characters`, 0);
  const environment = createEnvironment(known.variables);
  const parsed = located(() => environment.parse(source));
  checkNames(parsed.ast, known);
  const path = pathOf(parsed.ast);
  if (path) return { evaluate: (values) => follow(path, values) };
  const checked = parsed.check();
  if (!checked.valid) throw toExpressionError(checked.error);
  const meter = metered(parsed.ast);
  return {
    evaluate: (values) => {
      meter.reset();
      return toJson(located(() => parsed(values) as unknown));
    },
  };
}

const longestSource = 4_000;
const limits = { maxAstNodes: 500, maxDepth: 40, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 8 };

function createEnvironment(variables: ReadonlySet<string>): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits });
  for (const name of variables) environment.registerVariable(name, "dyn");
  // A number of JSON is a "double" there and a literal such as 2 an "int": authors do not care.
  for (const [operator, apply] of arithmetic) {
    environment.registerOperator(`double ${operator} int`, apply);
    environment.registerOperator(`int ${operator} double`, apply);
  }
  environment.registerOperator("double % double", remainder);
  environment.registerFunction("json(dyn): string", (value: unknown) => JSON.stringify(toJson(value)));
  environment.registerFunction("parseJson(string): dyn", parseJson);
  environment.registerFunction("lines(string): list<string>", (text: string) =>
    text.split(/\r?\n/).filter((line, index, all) => line !== "" || index < all.length - 1),
  );
  return environment;
}

type Numeric = number | bigint;
const remainder = (left: Numeric, right: Numeric): number => Number(left) % Number(right);
const arithmetic: readonly (readonly [string, (left: Numeric, right: Numeric) => number])[] = [
  ["+", (left, right) => Number(left) + Number(right)],
  ["-", (left, right) => Number(left) - Number(right)],
  ["*", (left, right) => Number(left) * Number(right)],
  ["/", (left, right) => Number(left) / Number(right)],
  ["%", remainder],
];

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ExpressionError(`parseJson was given a text that is not JSON: ${String(error)}`, 0, { cause: error });
  }
}

function located<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw toExpressionError(error);
  }
}

/** The library's own errors are about the expression; anything else is a defect and stays what it is. */
function toExpressionError(error: unknown): Error {
  if (error instanceof ParseError)
    return new ExpressionError(`cannot be read: ${inWords(error.summary)}`, error.range?.start ?? 0, { cause: error });
  if (error instanceof EvaluationError || error instanceof CelTypeError)
    return new ExpressionError(inWords(error.summary), error.range?.start ?? 0, { cause: error });
  if (error instanceof RangeError) return new ExpressionError("gives a value that is too large", 0, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

function inWords(summary: string): string {
  return summary
    .replaceAll(/dyn<([^>]*)>/g, "$1")
    .replaceAll(/\b(?:int|double)\b/g, "number")
    .replaceAll(/\b(?:map<[^>]*>|map)\b/g, "object")
    .replace("EOF", "the end")
    .replace(
      /Expected IDENTIFIER, got (?:IN|BOOLEAN|NULL)/,
      'a word of the language behind a dot; write ["in"], not .in',
    );
}

/** What a mere path such as `steps.draft.output.title` leads to. */
function follow(path: readonly PathStep[], values: Values): unknown {
  let value: unknown = values;
  let shown = "";
  for (const { key, offset } of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key))
      throw new ExpressionError(lacks(value, shown, key), offset);
    value = Reflect.get(value, key);
    shown = shown === "" ? String(key) : `${shown}.${key}`;
  }
  return value;
}

function lacks(value: unknown, shown: string, key: string | number): string {
  if (shown === "steps") return `step "${key}" has not run here; ask first: has(steps.${key})`;
  if (value === null || typeof value !== "object")
    return `${shown} is ${value === null ? "null" : `a ${typeof value}`}, which has no "${key}"`;
  const keys = Object.keys(value);
  if (Array.isArray(value)) return `${shown} has ${keys.length} items, so none at ${key}`;
  return `${shown} has no "${key}"; it has: ${keys.slice(0, 20).join(", ") || "nothing"}`;
}
