// Makes src/sdk/api.ts and src/sdk/table.ts from the table of operations.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { compile } from "json-schema-to-typescript";
import type { AnyOperation } from "../../../src/core/operation.ts";
import { keysOfPath } from "../../../src/sdk/request.ts";
import { createShapes, type Shape } from "./shape.ts";

const root = join(import.meta.dirname, "../../..");
const head = `// Made from the operations by test/unit/sdk/api.test.ts: TUTTI_TEST_WRITE=1 npm test -- test/unit/sdk/api.test.ts`;

/** Those that a program reaches over HTTP, by name. */
export function reachable(operations: readonly AnyOperation[]): AnyOperation[] {
  return operations
    .filter(({ faces }) => faces.includes("sdk") && faces.includes("http"))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

type Kind = "call" | "list" | "stream";

function kindOf({ progress, method }: AnyOperation, output: Shape): Kind {
  if (progress) return "stream";
  return method === "GET" && output["type"] === "array" ? "list" : "call";
}

/** `src/sdk/table.ts`: what the client knows of each operation at run time. */
export function tableText(operations: readonly AnyOperation[]): string {
  const shapes = createShapes(operations);
  const rows = operations.map((operation) => {
    const { name, method, path, idempotent } = operation;
    const kind = kindOf(operation, shapes.of(name, "output"));
    return `  { name: ${JSON.stringify(name)}, path: "${path}", method: "${method}", kind: "${kind}"${idempotent ? ", idempotent: true" : ""} },`;
  });
  return formatted(`${head}
import type { OperationPlace } from "./request.ts";

export interface OperationRow extends OperationPlace {
  /** Answered at once, page by page, or followed. */
  readonly kind: "call" | "list" | "stream";
}

export const operationTable: readonly OperationRow[] = [
${rows.join("\n")}
];
`);
}

/** `src/sdk/api.ts`: the types of every operation's input, output and progress, and the methods that take and give them. */
export async function apiText(operations: readonly AnyOperation[]): Promise<string> {
  const shapes = createShapes(operations);
  const methods = operations.map((operation) => ({ name: operation.name, text: methodText(operation, shapes) }));
  const rooms = Map.groupBy(methods, ({ name }) => (name.includes(".") ? (name.split(".")[0] ?? "") : ""));
  const blocks = [...rooms].map(([room, members]) => {
    const inner = members.map(({ text }) => text).join("\n");
    return room === "" ? inner : `readonly ${room}: {\n${inner}\n};`;
  });
  return formatted(`/* oxlint-disable max-lines -- no one writes this file */
${head}
import type { CallOptions } from "./client.ts";
import type { Following } from "./following.ts";
import type { Listing } from "./listing.ts";

/** An input without keys. */
export type Nothing = Readonly<Record<string, never>>;

/** The operations of a host: \`tutti.run.list(…)\` is the operation \`run.list\`. */
export interface Api {
${blocks.join("\n")}
}

${await typesText(shapes.definitions())}`);
}

function methodText(operation: AnyOperation, shapes: ReturnType<typeof createShapes>): string {
  const { name, summary, method, path } = operation;
  const verb = name.split(".")[1] ?? name;
  const output = shapes.of(name, "output");
  const kind = kindOf(operation, output);
  const given = argumentsText(operation, shapes);
  const doc = `/** ${summary}. \`${method} /api${path}\` */`;
  if (kind === "list") {
    const entry = shapes.typeOf(name, "output", "items");
    return `${doc}\n${verb}: Listing<[${given}], ${entry}>;`;
  }
  const result = shapes.typeOf(name, "output");
  const answer = kind === "call" ? `Promise<${result}>` : `Following<${shapes.typeOf(name, "progress")}, ${result}>`;
  return `${doc}\n${verb}(${given}): ${answer};`;
}

function argumentsText({ name, path }: AnyOperation, shapes: ReturnType<typeof createShapes>): string {
  const input = shapes.of(name, "input");
  const required = (input["required"] as readonly string[] | undefined) ?? [];
  const keys = keysOfPath(path);
  if (Object.keys(input["properties"] ?? {}).length === 0) return "input?: Nothing, options?: CallOptions";
  const type = shapes.typeOf(name, "input");
  if (required.length === 0) return `input?: ${type}, options?: CallOptions`;
  // Its only part that must be given may stand for the whole.
  const isShort = keys.length === 1 && required.length === 1 && required[0] === keys[0];
  return `input: ${isShort ? `string | ${type}` : type}, options?: CallOptions`;
}

async function typesText(definitions: Readonly<Record<string, Shape>>): Promise<string> {
  const properties = Object.fromEntries(
    Object.keys(definitions).map((name) => [name, { $ref: `#/definitions/${name}` }]),
  );
  const text = await compile(
    { type: "object", properties, additionalProperties: false, definitions } as never,
    "Unnamed",
    {
      additionalProperties: false,
      bannerComment: "",
      format: false,
      ignoreMinAndMaxItems: true,
    },
  );
  const types = text.replace(/export interface Unnamed \{[^}]*\}\n/, "");
  assert.doesNotMatch(types, /Unnamed|^export \w+ \w+1\b/m, "two shapes have one name");
  // What fits on one line stands on one.
  return types.replaceAll(/\/\*\*\n\s*\* ([^\n]*)\n\s*\*\//g, "/** $1 */").replaceAll(/^export /gm, "\nexport ");
}

function formatted(text: string): string {
  const tool = join(root, "node_modules/oxfmt/bin/oxfmt");
  return execFileSync(process.execPath, [tool, "--stdin-filepath", join(root, "src/sdk/api.ts")], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
}
