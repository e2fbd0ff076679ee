import { z } from "zod";
import { errorCatalogue } from "../core/error.ts";
import type { AnyOperation } from "../core/operation.ts";
import { problemStatuses, problemType, type ProblemStatus } from "./problem.ts";
import { eventsType, linesType } from "./stream.ts";

type Schema = Record<string, unknown>;

const dialect = "https://json-schema.org/draft/2020-12/schema";

/** The operation table in OpenAPI 3.1, made from the schemas that the routes check by. */
export function openApi(operations: readonly AnyOperation[], { version }: { readonly version: string }): Schema {
  const paths: Record<string, Schema> = {};
  for (const operation of operations) {
    const path = `/api${operation.path.replaceAll(/:(\w+)/g, "{$1}")}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  paths["/api/openapi.json"] = { get: describeItself() };
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: dialect,
    info: {
      title: "Tutti",
      version,
      description: "What a Tutti host can do, over HTTP on this machine. docs/api.md says how to call it.",
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, { session: [] }],
    tags: [...new Set(operations.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "The content of the data folder's token file." },
        session: { type: "apiKey", in: "cookie", name: "tutti_session", description: "Set by a link of `tutti open`." },
      },
      schemas: { Problem: problemSchema() },
      responses: Object.fromEntries(problemStatuses.map((status) => [`Problem${status}`, problemOf(status)])),
    },
  };
}

function describe(operation: AnyOperation): Schema {
  const { name, summary, method } = operation;
  const input = schemaOf(operation.input, "input");
  const properties = (input["properties"] ?? {}) as Record<string, Schema>;
  const required = new Set((input["required"] ?? []) as readonly string[]);
  const inPath = new Set([...operation.path.matchAll(/:(\w+)/g)].map(([, key = ""]) => key));
  const others = Object.entries(properties).filter(([key]) => !inPath.has(key));
  const takesBody = method === "POST" || method === "PUT";
  return {
    operationId: name,
    summary,
    tags: [tagOf(operation)],
    parameters: [
      ...[...inPath].map((key) => parameter(key, properties[key] ?? { type: "string" }, "path")),
      ...(takesBody ? [] : others.map(([key, schema]) => parameter(key, schema, "query", required.has(key)))),
      ...(method === "GET" ? [condition()] : []),
    ],
    ...(takesBody ? { requestBody: body(input, others, required) } : {}),
    responses: { ...success(operation), ...problems() },
  };
}

const tagOf = ({ name }: AnyOperation): string => name.split(".")[0] ?? name;

function parameter(key: string, schema: Schema, place: "path" | "query", required = true): Schema {
  const { description, ...rest } = schema;
  const said = typeof description === "string" ? { description } : {};
  return { name: key, in: place, required: place === "path" || required, ...said, schema: asText(rest) };
}

// The words of zod's `stringbool`, which takes them in capitals, too.
const truthWords = ["true", "false", "1", "0", "yes", "no", "on", "off", "y", "n", "enabled", "disabled"];

/** A value of an address is text: what may be text or a truth value is given as a word. */
function asText(schema: Schema): Schema {
  const { type } = schema;
  const isTruth = Array.isArray(type) && type.includes("boolean") && type.includes("string");
  return isTruth ? { ...schema, type: "string", enum: truthWords } : schema;
}

function condition(): Schema {
  return {
    name: "If-None-Match",
    in: "header",
    required: false,
    description: "The `ETag` of the answer that the caller has.",
    schema: { type: "string" },
  };
}

function body(input: Schema, others: readonly [string, Schema][], required: ReadonlySet<string>): Schema {
  const wanted = others.map(([key]) => key).filter((key) => required.has(key));
  const schema = {
    ...input,
    properties: Object.fromEntries(others),
    ...(wanted.length > 0 ? { required: wanted } : { required: undefined }),
  };
  return { required: wanted.length > 0, content: { "application/json": { schema } } };
}

function success(operation: AnyOperation): Schema {
  const schema = schemaOf(operation.output, "output");
  if (operation.progress) {
    return { 200: streamed(operation, { progress: schemaOf(operation.progress, "output"), result: schema }) };
  }
  const headers = {
    ...(operation.method === "GET" ? { ETag: { schema: { type: "string" } } } : {}),
    ...(operation.page
      ? { Link: { description: 'The next page: `<…>; rel="next"` (RFC 8288).', schema: { type: "string" } } }
      : {}),
  };
  return {
    200: { description: operation.summary, headers, content: { "application/json": { schema } } },
    ...(operation.method === "GET" ? { 304: { description: "The caller has this answer already." } } : {}),
  };
}

function streamed(
  { summary }: AnyOperation,
  { progress, result }: { readonly progress: Schema; readonly result: Schema },
): Schema {
  const line = {
    oneOf: [
      { type: "object", required: ["progress"], properties: { progress } },
      { type: "object", required: ["result"], properties: { result } },
      { type: "object", required: ["error"], properties: { error: { type: "object" } } },
    ],
  };
  return {
    description: `${summary}. One JSON object a line; or server-sent events with \`Accept: ${eventsType}\`.`,
    content: { [linesType]: { schema: line }, [eventsType]: { schema: { type: "string" } } },
  };
}

function problems(): Schema {
  const possible: readonly ProblemStatus[] = [
    400, 401, 403, 404, 408, 409,
    // A body, or a query that is longer than headers may be.
    413, 421, 500, 503,
  ];
  return Object.fromEntries(possible.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]));
}

const meanings: Readonly<Record<ProblemStatus, string>> = {
  400: "The request or its input is not valid.",
  401: "The request has no valid token.",
  403: "The request comes from a page of another origin.",
  404: "There is no such thing.",
  405: "The address does not take this method.",
  408: "The request did not arrive in time.",
  409: "The state of the thing does not allow this.",
  413: "The request is too large.",
  415: "The body is of a kind that the address does not take.",
  421: "The request is meant for another host.",
  500: "A defect of Tutti.",
  503: "Something that is needed is not there now; to try again later may work.",
};

function problemOf(status: ProblemStatus): Schema {
  const content = { [problemType]: { schema: { $ref: "#/components/schemas/Problem" } } };
  return { description: meanings[status], content };
}

function problemSchema(): Schema {
  const text = { type: "string" };
  const maybe = { type: ["string", "null"] };
  return {
    type: "object",
    description: "RFC 9457, with the members of the error catalogue (docs/errors.md).",
    required: ["type", "title", "status", "detail", "code", "hint", "where", "retryable"],
    properties: {
      type: { type: "string", format: "uri-reference" },
      title: text,
      status: { type: "integer" },
      detail: { ...text, description: "What failed." },
      code: { ...text, enum: Object.keys(errorCatalogue) },
      hint: { ...maybe, description: "What to do about it." },
      where: { ...maybe, description: "The place: a file with line and column, or a run and step." },
      retryable: { type: "boolean", description: "The same call may work later without a change." },
      data: { description: "More, by code." },
    },
  };
}

function describeItself(): Schema {
  const schema = { type: "object" };
  return {
    operationId: "openapi",
    summary: "This document",
    tags: ["openapi"],
    responses: {
      200: { description: "OpenAPI 3.1", content: { "application/json": { schema } } },
      304: { description: "The caller has this answer already." },
      401: { $ref: "#/components/responses/Problem401" },
      403: { $ref: "#/components/responses/Problem403" },
      421: { $ref: "#/components/responses/Problem421" },
    },
  };
}

/** Without `$schema`, and open: a client must live with keys that a later version adds to an answer. */
function schemaOf(type: z.ZodType, io: "input" | "output"): Schema {
  const schema: Schema = { ...z.toJSONSchema(type, { io, unrepresentable: "any", target: "draft-2020-12" }) };
  delete schema["$schema"];
  return io === "output" ? opened(schema) : schema;
}

function opened({ prefixItems, ...schema }: Schema): Schema {
  // A pair is told as a list of two: tools that read the document stumble over the other form.
  if (Array.isArray(prefixItems)) return opened({ ...schema, items: { anyOf: prefixItems } });
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === "additionalProperties" && value === false))
      .map(([key, value]) => [key, openedValue(value)]),
  );
}

function openedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openedValue);
  return typeof value === "object" && value !== null ? opened(value as Schema) : value;
}
