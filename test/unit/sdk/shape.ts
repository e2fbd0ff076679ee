import assert from "node:assert/strict";
import { z } from "zod";
import type { AnyOperation } from "../../../src/core/operation.ts";

/** A JSON Schema. */
export interface Shape {
  readonly [key: string]: unknown;
}

export type Part = "input" | "output" | "progress";

/** Shapes that several operations share, under the name that a reader looks for. A path goes through properties and entries. */
const shared: Readonly<Record<string, readonly [operation: string, ...path: string[]]>> = {
  Failure: ["run.start", "output", "error"],
  Usage: ["run.start", "output", "usage"],
  Step: ["run.start", "output", "steps", "items"],
  RunStatus: ["run.start", "output", "status"],
  StepStatus: ["run.start", "output", "steps", "items", "status"],
  Run: ["run.start", "output"],
  RunSummary: ["run.list", "output", "items"],
  RunEvent: ["run.watch", "progress"],
  Span: ["run.timeline", "output", "spans", "items"],
  Timeline: ["run.timeline", "output"],
  Excerpt: ["run.step", "output", "input"],
  StepDetail: ["run.step", "output"],
  RunStats: ["run.stats", "output"],
  RunErrorGroup: ["run.errors", "output", "items"],
  RunComparison: ["run.compare", "output"],
  EventEntry: ["event.list", "output", "items"],
  FlowSummary: ["flow.list", "output", "items"],
  Review: ["review.show", "output"],
  ReviewSummary: ["review.list", "output", "items"],
  ModelQueue: ["models.queue", "output", "items"],
  FlowInput: ["flow.inputs", "output", "items"],
  CostReport: ["cost.show", "output"],
  ModelInfo: ["models.list", "output", "items"],
  ModelServer: ["models.servers", "output", "items"],
  ProbeFacts: ["models.probe", "output"],
  Setting: ["config.list", "output", "items"],
  Tool: ["tool.list", "output", "items"],
  Budget: ["budget.show", "output"],
  Check: ["doctor", "output", "items"],
};

/** The shapes of the operations' parts, with names for those that are types of their own. */
export function createShapes(operations: readonly AnyOperation[]) {
  const parts = new Map(operations.flatMap(partsOf));
  const names = new Map<string, string>();
  for (const [name, path] of Object.entries(shared)) {
    const shape = find(parts, path);
    assert.ok(shape, `${import.meta.filename}: there is nothing at ${path.join(" ")}, which is to be ${name}`);
    if (!names.has(keyOf(shape))) names.set(keyOf(shape), name);
  }
  const declared = new Map<string, Shape>();
  const of = (name: string, part: Part): Shape => {
    const shape = parts.get(`${name} ${part}`);
    assert.ok(shape, `${name} has no ${part}`);
    return shape;
  };
  const declare = (name: string, shape: unknown): string => {
    if (declared.has(name)) return name;
    declared.set(name, {}); // Keeps its place before those that it is made of.
    declared.set(name, inside(shape, refer) as Shape);
    return name;
  };
  /** Puts references in the place of what has a name. */
  const refer = (shape: unknown): unknown => {
    const name = names.get(keyOf(shape));
    if (name === undefined) return inside(shape, refer);
    return { $ref: `#/definitions/${declare(name, shape)}` };
  };
  return {
    of,
    /** The name of a part's type, which is declared from now on. */
    typeOf(name: string, part: Part, inner?: "items"): string {
      const shape = inner ? (of(name, part)[inner] as Shape) : of(name, part);
      return declare(names.get(keyOf(shape)) ?? pascal(`${name} ${inner ? "entry" : part}`), shape);
    },
    definitions: (): Readonly<Record<string, Shape>> => Object.fromEntries(declared),
  };
}

function partsOf({ name, input, output, progress }: AnyOperation): [string, Shape][] {
  return [
    [`${name} input`, toShape(input, "input")],
    [`${name} output`, toShape(output, "output")],
    ...(progress ? [[`${name} progress`, toShape(progress, "output")] as [string, Shape]] : []),
  ];
}

function toShape(schema: z.ZodType, io: "input" | "output"): Shape {
  return tidy(z.toJSONSchema(schema, { io, unrepresentable: "any" }), io) as Shape;
}

const kept = ["type", "properties", "required", "additionalProperties", "items", "anyOf", "allOf", "enum", "const"];

/** Only what makes a type, with what is said of it. */
function tidy(value: unknown, io: "input" | "output"): unknown {
  const tidyInner = (inner: unknown): unknown => tidy(inner, io);
  if (Array.isArray(value)) return value.map(tidyInner);
  if (typeof value !== "object" || value === null) return value;
  const shape = value as Shape;
  // Text that means a boolean is for queries; a program gives the boolean.
  if (io === "input" && isFlag(shape)) return { type: "boolean", ...said(shape) };
  // Pairs and the like, which the compiler of types knows by an older name only.
  if (Array.isArray(shape["prefixItems"]))
    return { tsType: tupleText(shape["prefixItems"] as Shape[]), ...said(shape) };
  const anyOf = shape["anyOf"] ?? shape["oneOf"];
  const plain = Object.entries({ ...shape, anyOf }).filter(([key, entry]) => kept.includes(key) && entry !== undefined);
  if (plain.length === 0) return { tsType: "unknown", ...said(shape) };
  const entries = plain.map(([key, entry]) => {
    if (key === "properties") return [key, eachOf(entry, tidyInner)];
    return [key, ["items", "anyOf", "allOf", "additionalProperties"].includes(key) ? tidyInner(entry) : entry];
  });
  return { ...(Object.fromEntries(entries) as Shape), ...said(shape) };
}

function tupleText(entries: readonly Shape[]): string {
  const texts = entries.map(({ type, anyOf }) => {
    const types = Array.isArray(anyOf) ? anyOf.map((one: Shape) => one["type"]) : [type].flat();
    return types.map((one) => (one === "integer" ? "number" : String(one))).join(" | ");
  });
  return `[${texts.join(", ")}]`;
}

function isFlag({ type }: Shape): boolean {
  return Array.isArray(type) && type.map(String).toSorted().join() === "boolean,string";
}

function said({ description, default: unlessGiven }: Shape): { description?: string } {
  const text = typeof description === "string" ? description : "";
  const isTold = unlessGiven === undefined || unlessGiven === null || unlessGiven === false;
  const words = isTold
    ? text
    : `${text}${text === "" ? "" : text.endsWith(".") ? " " : ". "}Default: ${JSON.stringify(unlessGiven)}`;
  return words === "" ? {} : { description: words };
}

function eachOf(value: unknown, change: (value: unknown) => unknown): Shape {
  return Object.fromEntries(Object.entries(value as Shape).map(([key, entry]) => [key, change(entry)]));
}

/** The same shape with another in the place of each one that lies in it. */
function inside(shape: unknown, change: (shape: unknown) => unknown): unknown {
  return Object.fromEntries(
    Object.entries(shape as Shape).map(([key, entry]) => {
      if (key === "properties") return [key, eachOf(entry, change)];
      if (key === "anyOf" || key === "allOf") return [key, (entry as unknown[]).map(change)];
      const isShape = (key === "items" || key === "additionalProperties") && typeof entry === "object";
      return [key, isShape ? change(entry) : entry];
    }),
  );
}

function find(parts: ReadonlyMap<string, Shape>, [operation, part, ...path]: readonly string[]): Shape | undefined {
  let at = parts.get(`${operation} ${part}`);
  for (const key of path) {
    const plain = at && withoutNull(at);
    at = (key === "items" ? plain?.["items"] : (plain?.["properties"] as Shape | undefined)?.[key]) as
      | Shape
      | undefined;
  }
  return at && withoutNull(at);
}

function withoutNull(shape: Shape): Shape {
  const anyOf = shape["anyOf"] as readonly Shape[] | undefined;
  const others = anyOf?.filter(({ type }) => type !== "null") ?? [];
  return others.length === 1 ? (others[0] ?? shape) : shape;
}

/** What is said of a shape belongs to its place, so it does not make it another. */
function keyOf(shape: unknown): string {
  const { description: _said, ...rest } = shape as Shape;
  return JSON.stringify(rest);
}

function pascal(text: string): string {
  return text.replaceAll(/(?:^|[ .])(\w)/g, (_all, letter: string) => letter.toUpperCase());
}
