import { z } from "zod";
import { TuttiError } from "../../core/error.ts";
import { issueInWords, pathInWords } from "../../core/issue.ts";
import { nearest } from "../../core/nearest.ts";
import type { Path } from "./flow-text.ts";
import { hasExpression, type TemplateContext } from "./template.ts";

type Issue = z.core.$ZodIssue;

interface Problem {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

/** Checks what stands in the file; what an expression will give is checked when it is there. */
export function checkSpec(context: TemplateContext, schema: z.ZodType, at: { value: unknown; path: Path }): void {
  const parsed = schema.safeParse(at.value, { error: issueInWords });
  if (parsed.success) return;
  for (const issue of parsed.error.issues.flatMap(inside)) {
    if (isDynamic(at.value, issue.path)) continue;
    for (const { path, message, hint } of problemsOf(issue, schema))
      context.report(context.text.placeOf([...at.path, ...path]), message, hint);
  }
}

/** The error for values that an expression gave and that do not fit. */
export function misfit(
  { text }: TemplateContext,
  error: z.ZodError,
  at: { schema: z.ZodType; path: Path },
): TuttiError {
  const [issue] = error.issues.flatMap(inside);
  const [problem = { path: [], message: "does not fit" }] = issue ? problemsOf(issue, at.schema) : [];
  const { line, column } = text.placeOf([...at.path, ...problem.path]);
  const where = `${text.file}:${line}:${column}`;
  return new TuttiError("flow.expression", `${where}: ${problem.message}`, { cause: error, where });
}

/** Of alternatives, the mistakes of the one that was meant: the one that takes a value of this kind at all. */
function inside(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return meant ? meant.flatMap(inside).map((found) => below(issue.path, found)) : [issue];
}

function below(path: readonly PropertyKey[], issue: Issue): Issue {
  return { ...issue, path: [...path, ...issue.path] };
}

function isDynamic(value: unknown, path: readonly PropertyKey[]): boolean {
  let here = value;
  if (typeof here === "string" && hasExpression(here)) return true;
  for (const part of path) {
    here = typeof here === "object" && here !== null ? Reflect.get(here, part) : undefined;
    if (typeof here === "string" && hasExpression(here)) return true;
  }
  return false;
}

function problemsOf(issue: Issue, schema: z.ZodType): Problem[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...path, key], ...unknownKeyInWords(key, keysAt(schema, path)) }));
  return [{ path, message: path.length === 0 ? issue.message : `${pathInWords(path)} ${issue.message}` }];
}

/** The keys that may stand at a place. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let here: unknown[] = [z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })];
  for (const part of path) {
    const next = typeof part === "number" ? "items" : part;
    here = here.flatMap((node) => alternatives(child(node, next)));
  }
  return here.flatMap((node) => Object.keys(member(node, "properties") ?? {}));
}

function child(node: unknown, part: string): unknown {
  if (part === "items") return member(node, "items");
  return member(member(node, "properties"), part) ?? member(node, "additionalProperties");
}

function alternatives(node: unknown): unknown[] {
  const any = member(node, "anyOf");
  return Array.isArray(any) ? any.flatMap(alternatives) : [node];
}

function member(value: unknown, name: string): object | undefined {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "object" && found !== null ? found : undefined;
}

export function unknownKeyInWords(key: string, keys: readonly string[]): { message: string; hint?: string } {
  const meant = nearest(key, keys);
  const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
  const hint = keys.length > 0 ? { hint: `Keys here: ${keys.join(", ")}.` } : {};
  return { message: `"${key}" is not a key of this${guess}`, ...hint };
}
