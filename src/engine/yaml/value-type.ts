import { z } from "zod";
import { nearest } from "../../core/nearest.ts";
import { isRecord, objectNames } from "./record.ts";
import type { Path, Place } from "./flow-text.ts";

export interface TypeContext {
  placeOf(path: Path): Place;
  report(place: Place, message: string, hint?: string): void;
}

/** What a YAML flow calls its types, and JSON Schema's names for them. */
export const typeNames = {
  string: "string",
  int: "integer",
  integer: "integer",
  number: "number",
  boolean: "boolean",
  list: "array",
  array: "array",
  object: "object",
  any: undefined,
} as const;

export const typeKeys = [
  "type",
  "description",
  "default",
  "optional",
  "enum",
  "items",
  "properties",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
] as const;

/** `{ last: int, range: { type: string, default: HEAD } }` as a schema of an object with these fields. */
export function fieldsSchema(context: TypeContext, fields: unknown, path: Path): z.ZodObject {
  if (!isRecord(fields)) {
    context.report(
      context.placeOf(path),
      "must be fields with their types",
      "For example: { name: string, count: int }.",
    );
    return z.object({});
  }
  for (const name of Object.keys(fields).filter((key) => objectNames.has(key)))
    context.report(context.placeOf([...path, name]), `"${name}" cannot be the name of a field`);
  return z.object(
    Object.fromEntries(
      Object.entries(fields).map(([name, spec]) => [name, typeSchema(context, spec, [...path, name])]),
    ),
  );
}

function typeSchema(context: TypeContext, spec: unknown, path: Path): z.ZodType {
  const { schema, isOptional, description, hasDefault, fallback } = read(context, spec, path);
  const base = schema === null ? z.unknown() : z.fromJSONSchema(schema);
  const told = description === undefined ? base : base.describe(description);
  if (!hasDefault) return isOptional ? told.optional() : told;
  const fits = base.safeParse(fallback);
  if (!fits.success) context.report(context.placeOf([...path, "default"]), "the default is not of the type");
  return told.default(fallback as never);
}

interface Type {
  /** JSON Schema; null where it is not to be had. */
  readonly schema: Record<string, unknown> | null;
  readonly isOptional: boolean;
  readonly description?: string;
  readonly hasDefault: boolean;
  readonly fallback?: unknown;
}

function read(context: TypeContext, spec: unknown, path: Path): Type {
  if (typeof spec === "string") return readShort(context, spec, path);
  if (!isRecord(spec)) {
    context.report(context.placeOf(path), "must be a type such as string, or { type: string, default: … }");
    return { schema: null, isOptional: true, hasDefault: false };
  }
  for (const key of Object.keys(spec)) {
    if (typeKeys.some((known) => known === key)) continue;
    const meant = nearest(key, typeKeys);
    const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
    context.report(
      context.placeOf([...path, key]),
      `"${key}" is not a key of a type${guess}`,
      `Keys: ${typeKeys.join(", ")}.`,
    );
  }
  const { type = "enum" in spec ? "string" : "any", description, optional, items, properties, ...rest } = spec;
  const short = readShort(context, String(type), [...path, "type"]);
  const { default: fallback, ...limits } = rest;
  const schema = short.schema && {
    ...short.schema,
    ...limits,
    ...(items === undefined ? {} : { items: read(context, items, [...path, "items"]).schema ?? {} }),
    ...(properties === undefined ? {} : objectSchema(context, properties, [...path, "properties"])),
  };
  return {
    schema,
    isOptional: short.isOptional || optional === true,
    ...(typeof description === "string" ? { description } : {}),
    hasDefault: "default" in spec,
    fallback,
  };
}

function objectSchema(context: TypeContext, properties: unknown, path: Path): Record<string, unknown> {
  if (!isRecord(properties)) {
    context.report(context.placeOf(path), "must be fields with their types");
    return {};
  }
  const types = Object.entries(properties).map(([name, spec]) => [name, read(context, spec, [...path, name])] as const);
  return {
    properties: Object.fromEntries(types.map(([name, { schema, description }]) => [name, { ...schema, description }])),
    required: types.filter(([, { isOptional }]) => !isOptional).map(([name]) => name),
  };
}

/** `int`, `string?`, `list<string>`. */
function readShort(context: TypeContext, text: string, path: Path): Type {
  const isOptional = text.endsWith("?");
  const name = isOptional ? text.slice(0, -1) : text;
  const inner = /^(?:list|array)<(.+)>$/.exec(name)?.[1];
  if (inner !== undefined) {
    const { schema } = readShort(context, inner, path);
    return { schema: schema && { type: "array", items: schema }, isOptional, hasDefault: false };
  }
  if (isTypeName(name)) {
    const type = typeNames[name];
    return { schema: type === undefined ? {} : { type }, isOptional, hasDefault: false };
  }
  const meant = nearest(name, Object.keys(typeNames));
  const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
  context.report(
    context.placeOf(path),
    `"${text}" is not a type${guess}`,
    'Types: string, int, number, boolean, list, object, any; "int?" may be left out, "list<string>" is a list of texts.',
  );
  return { schema: null, isOptional: true, hasDefault: false };
}

function isTypeName(name: string): name is keyof typeof typeNames {
  return Object.hasOwn(typeNames, name);
}
