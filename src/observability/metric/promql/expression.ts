import type { SeriesFilter } from "../../store/telemetry-store.ts";

/** Where something stands in the text of an expression. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

export type Matcher = SeriesFilter["matchers"][number];

export type ValueType = "scalar" | "vector" | "matrix" | "string";

export interface Selector {
  readonly kind: "selector";
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** How far before each time it looks; negative: behind it. */
  readonly offsetMs: number;
  /** `[5m]`; null for what stands at one time. */
  readonly windowMs: number | null;
  readonly place: Place;
}

export interface Call {
  readonly kind: "call";
  readonly name: FunctionName;
  readonly arguments: readonly Expression[];
  readonly place: Place;
}

export interface Grouping {
  readonly without: boolean;
  readonly labels: readonly string[];
}

export interface Aggregate {
  readonly kind: "aggregate";
  readonly operator: AggregateOperator;
  readonly grouping: Grouping;
  /** How many, for topk and bottomk. */
  readonly parameter: Expression | null;
  readonly of: Expression;
  readonly place: Place;
}

/** `group_left (…)`: each of the one side fits many of the other. */
export interface Many {
  readonly side: "left" | "right";
  /** Labels of the one that the result gets. */
  readonly taking: readonly string[];
}

export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly isBool: boolean;
  /** `on(…)`: only these; `ignoring(…)`: all but these. */
  readonly matching: {
    readonly on: boolean;
    readonly labels: readonly string[];
    /** Null where one is paired with one. */
    readonly many: Many | null;
  };
  readonly place: Place;
}

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly place: Place }
  | { readonly kind: "string"; readonly value: string; readonly place: Place }
  | { readonly kind: "negative"; readonly of: Expression; readonly place: Place }
  | Selector
  | Call
  | Aggregate
  | Binary;

export const aggregateOperators = ["sum", "avg", "min", "max", "count", "topk", "bottomk"] as const;
export type AggregateOperator = (typeof aggregateOperators)[number];

export const arithmeticOperators = ["+", "-", "*", "/", "%", "^"] as const;
export const comparisonOperators = ["==", "!=", ">", "<", ">=", "<="] as const;
export const setOperators = ["and", "or", "unless"] as const;
export type ArithmeticOperator = (typeof arithmeticOperators)[number];
export type ComparisonOperator = (typeof comparisonOperators)[number];
export type SetOperator = (typeof setOperators)[number];
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export interface Signature {
  readonly takes: readonly ValueType[];
  /** How many of these may be left out, from the last. */
  readonly optional?: number;
  readonly gives: ValueType;
}

const overTime = { takes: ["matrix"], gives: "vector" } as const;
const ofVector = { takes: ["vector"], gives: "vector" } as const;

/** The functions that there are, and what they take. */
export const functions = {
  rate: overTime,
  increase: overTime,
  delta: overTime,
  avg_over_time: overTime,
  min_over_time: overTime,
  max_over_time: overTime,
  sum_over_time: overTime,
  last_over_time: overTime,
  count_over_time: overTime,
  histogram_quantile: { takes: ["scalar", "vector"], gives: "vector" },
  absent: ofVector,
  abs: ofVector,
  ceil: ofVector,
  floor: ofVector,
  round: { takes: ["vector", "scalar"], optional: 1, gives: "vector" },
  clamp_min: { takes: ["vector", "scalar"], gives: "vector" },
  clamp_max: { takes: ["vector", "scalar"], gives: "vector" },
  sort: ofVector,
  sort_desc: ofVector,
  scalar: { takes: ["vector"], gives: "scalar" },
  vector: { takes: ["scalar"], gives: "vector" },
  time: { takes: [], gives: "scalar" },
} as const satisfies Record<string, Signature>;
export type FunctionName = keyof typeof functions;

export function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}

export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "selector":
      return expression.windowMs === null ? "vector" : "matrix";
    case "call":
      return functions[expression.name].gives;
    case "aggregate":
      return "vector";
    case "negative":
      return typeOf(expression.of);
    case "binary":
      return [expression.left, expression.right].every((side) => typeOf(side) === "scalar") ? "scalar" : "vector";
    default:
      return expression satisfies never;
  }
}

/** Every selector of an expression, with the function over time that it stands in. */
export function selectorsOf(expression: Expression, within: FunctionName | null = null): Selected[] {
  switch (expression.kind) {
    case "number":
    case "string":
      return [];
    case "selector":
      return [{ selector: expression, within }];
    case "negative":
      return selectorsOf(expression.of);
    case "call":
      return expression.arguments.flatMap((argument) => selectorsOf(argument, expression.name));
    case "aggregate":
      return [expression.parameter, expression.of].flatMap((part) => (part === null ? [] : selectorsOf(part)));
    case "binary":
      return [expression.left, expression.right].flatMap((side) => selectorsOf(side));
    default:
      return expression satisfies never;
  }
}

export interface Selected {
  readonly selector: Selector;
  readonly within: FunctionName | null;
}
