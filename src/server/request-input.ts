import type { Context } from "hono";
import { z } from "zod";
import { TuttiError } from "../core/error.ts";
import { issueInWords, issuesInWords } from "../core/issue.ts";
import type { AnyOperation } from "../core/operation.ts";

export type InputReader = (context: Context) => Promise<unknown>;

/** Reads an operation's input from path, query and body, as its schema wants it. */
export function createInputReader(operation: AnyOperation): InputReader {
  const isRead = operation.method === "GET" || operation.method === "DELETE";
  const fromQuery = isRead ? createQueryReader(operation) : null;
  return async (context) => {
    const params = context.req.param() as Record<string, string>;
    for (const value of Object.values(params)) refuseNul(value);
    return parseInput(operation, { ...(fromQuery ? fromQuery(context) : await bodyOf(context)), ...params });
  };
}

/** What is wrong is told at once, each thing with its place. */
export function parseInput(operation: AnyOperation, input: unknown): unknown {
  const parsed = operation.input.safeParse(input, { error: issueInWords });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw new TuttiError("usage.invalid", `the input of ${operation.name} is not valid: ${issuesInWords(issues)}`, {
    data: { issues: issues.map(({ path, message }) => ({ path: path.map(String), message })) },
  });
}

function createQueryReader(operation: AnyOperation): (context: Context) => Record<string, unknown> {
  let keys: InputKeys | null = null;
  return (context) => {
    const given = Object.entries(context.req.queries());
    // Most calls have no query, and the schema of an operation is not made before somebody needs it.
    if (given.length > 0 || context.req.header("last-event-id") !== undefined) keys ??= inputKeys(operation);
    const known = keys;
    const query = Object.fromEntries(given.map(([key, values]) => [key, queryValue(values, known?.get(key))]));
    return { ...query, ...resumeAt(context, known) };
  };
}

/** A list may be given more than once, or as one JSON text. */
type InputKind = "list" | "number" | "other";
type InputKeys = ReadonlyMap<string, InputKind>;

function inputKeys({ input }: AnyOperation): InputKeys {
  const { properties = {} } = z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  return new Map(Object.entries(properties).map(([key, schema]) => [key, kindOf(schema)]));
}

function kindOf(schema: z.core.JSONSchema._JSONSchema): InputKind {
  if (typeof schema !== "object") return "other";
  if ("items" in schema) return "list";
  return schema.type === "number" || schema.type === "integer" ? "number" : "other";
}

const decimal = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

function queryValue(values: readonly string[], kind: InputKind = "other"): unknown {
  for (const value of values) refuseNul(value);
  const [first = "", ...others] = values;
  if (kind === "list") {
    return others.length === 0 && first.startsWith("[") ? parseJson(first, "the list in the query") : values;
  }
  if (others.length > 0) return values;
  // A schema that makes text a number takes an empty one for 0, and "0x10" for 16.
  return kind === "number" && !decimal.test(first) ? Number.NaN : first;
}

/** A stream that was cut off goes on behind the last event that its reader has had. */
function resumeAt(context: Context, keys: InputKeys | null): Record<string, string> {
  const last = context.req.header("last-event-id");
  return last !== undefined && keys?.has("after") ? { after: last } : {};
}

async function bodyOf(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text();
  const body = text === "" ? {} : parseJson(text, "the body", formHint(context));
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new TuttiError("usage.invalid", "the body is not a JSON object");
  return { ...body };
}

function formHint(context: Context): string | undefined {
  const isForm = context.req.header("content-type")?.startsWith("application/x-www-form-urlencoded");
  return isForm ? "Send JSON: `curl --json '{…}'` does." : undefined;
}

function parseJson(text: string, what: string, hint?: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TuttiError("usage.invalid", `${what} is not JSON: ${why}`, hint === undefined ? {} : { hint });
  }
}

/** No name or id holds one, and PostgreSQL takes none in a text. */
function refuseNul(value: string): void {
  if (value.includes("\0")) throw new TuttiError("usage.invalid", "the address holds a NUL character (%00)");
}
