import { z } from "zod";
import { controlVerbs } from "./compile-control.ts";
import { isRecord } from "./record.ts";
import { typeKeys } from "./value-type.ts";
import { mapSpec, routeSpec } from "./work-spec.ts";
import { workVerbs } from "./work-verb.ts";

type Schema = Readonly<Record<string, unknown>>;

const expression = { $ref: "#/definitions/expression" };
const steps = { $ref: "#/definitions/steps" };
const fields = { $ref: "#/definitions/fields" };

/** The JSON Schema of a YAML flow's file, for editors. It is made of what the compiler itself checks with. */
export function flowFileSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A Tutti flow",
    type: "object",
    additionalProperties: false,
    required: ["steps"],
    properties: {
      name: { type: "string", description: "What the flow is called; default: the file's name" },
      description: { type: "string" },
      version: { type: ["string", "number"], description: "Your own; shown, never compared" },
      concurrency: { type: "integer", minimum: 1, description: "How many runs are worked on at once" },
      deadline: { type: ["string", "number"], description: 'A run that takes longer fails, such as "10m"' },
      input: { ...fields, description: "What the flow takes: fields with their types" },
      steps: { ...steps, description: "Done one after the other" },
      output: { description: "What the run gives; default: what its last step gives" },
    },
    definitions: {
      expression: { type: "string", pattern: "\\$\\{\\{", description: "An expression: ${{ steps.NAME.text }}" },
      steps: { type: "array", minItems: 1, items: { $ref: "#/definitions/step" } },
      step: stepSchema(),
      fields: { type: "object", additionalProperties: { $ref: "#/definitions/type" } },
      type: typeSchema(),
    },
  };
}

function stepSchema(): Schema {
  const work = [...workVerbs].map(([key, { schema, short, description }]) => {
    const spec = specSchema(schema);
    const shortened = short === undefined ? {} : { anyOf: [spec, member(spec, short)] };
    return [key, short === undefined ? { ...spec, description } : { ...shortened, description }] as const;
  });
  const control = Object.fromEntries([...controlVerbs].map(([key, { description }]) => [key, { description }]));
  const branch = {
    type: "object",
    additionalProperties: false,
    properties: { description: { type: "string" }, steps },
  };
  const parts = { catch: steps, cleanup: steps, deadline: { type: ["string", "number"] } };
  return {
    type: "object",
    additionalProperties: false,
    properties: {
      name: { type: "string", minLength: 1, description: "Its key in the journal, and steps.NAME in expressions" },
      ...Object.fromEntries(work),
      ...control,
      if: { ...control["if"], anyOf: [{ type: "boolean" }, expression] },
      map: withProperties(specSchema(mapSpec), { steps, output: {} }, ["items", "steps"], control["map"]),
      parallel: { ...control["parallel"], type: "object", additionalProperties: steps },
      race: { ...control["race"], type: "object", additionalProperties: steps },
      try: { ...control["try"], ...steps },
      route: withProperties(
        specSchema(routeSpec),
        { branches: { type: "object", additionalProperties: { anyOf: [{ type: "string" }, branch] } } },
        ["prompt", "branches"],
        control["route"],
      ),
      ...parts,
      ...Object.fromEntries(["then", "else"].map((key) => [key, steps])),
    },
    oneOf: [...workVerbs.keys(), ...controlVerbs.keys()].map((key) => ({ required: [key] })),
  };
}

function withProperties(spec: Schema, more: Schema, required: readonly string[], rest: Schema | undefined): Schema {
  return {
    ...spec,
    ...rest,
    properties: { ...(isRecord(spec["properties"]) ? spec["properties"] : {}), ...more },
    required,
  };
}

/** A step's values: each may be an expression instead. */
function specSchema(schema: z.ZodObject): Schema {
  const { $schema: _draft, ...json } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    target: "draft-7",
  });
  const { properties } = inside(json);
  const written = isRecord(properties) && "output" in properties ? { ...properties, output: fields } : properties;
  return { ...json, properties: written };
}

function inside(node: Schema): Schema {
  const { properties, items, anyOf, additionalProperties, ...rest } = node;
  return {
    ...rest,
    ...(isRecord(properties) ? { properties: mapValues(properties, dynamic) } : {}),
    ...(isRecord(items) ? { items: dynamic(items) } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map((one) => (isRecord(one) ? inside(one) : one)) } : {}),
    ...(isRecord(additionalProperties) ? { additionalProperties: dynamic(additionalProperties) } : {}),
    ...(additionalProperties === false ? { additionalProperties } : {}),
  };
}

function dynamic(node: unknown): unknown {
  if (!isRecord(node)) return node;
  const { description, ...plain } = inside(node);
  const told = description === undefined ? {} : { description };
  const isText = plain["type"] === "string" && plain["enum"] === undefined;
  if (isText || Object.keys(plain).length === 0) return { ...plain, ...told };
  return { ...told, anyOf: [...(Array.isArray(plain["anyOf"]) ? plain["anyOf"] : [plain]), expression] };
}

function mapValues(record: Schema, change: (value: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function member(spec: Schema, key: string): unknown {
  return isRecord(spec["properties"]) ? spec["properties"][key] : {};
}

const counts = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"];

function typeSchema(): Schema {
  const known: Schema = {
    type: { type: "string", description: 'string, int, number, boolean, list, object, any; "int?", "list<string>"' },
    description: { type: "string" },
    optional: { type: "boolean" },
    enum: { type: "array" },
    items: { $ref: "#/definitions/type" },
    properties: fields,
  };
  const long = typeKeys.map((key) => [key, known[key] ?? (counts.includes(key) ? { type: "number" } : {})]);
  return {
    description: 'A type such as string, "int?" or list<string>, or a type with its limits',
    anyOf: [{ type: "string" }, { type: "object", additionalProperties: false, properties: Object.fromEntries(long) }],
  };
}
