import type { JsonSchema } from "../chat-model.ts";

/** A schema and the document that its `$ref`s point into. */
export interface SchemaPlace {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

/**
 * Whether a value has the form that a JSON Schema names: types, names, lists. Bounds, patterns and refinements are left to
 * the zod schema that the JSON Schema was made from; this only decides what a value was meant as.
 */
export function fits(value: unknown, { schema: given, root }: SchemaPlace): boolean {
  const schema = resolveRef({ schema: given, root });
  const inner = (part: JsonSchema, of: unknown = value): boolean => fits(of, { schema: part, root });
  if ("not" in schema && isRecord(schema["not"]) && Object.keys(schema["not"]).length === 0) return false;
  if ("const" in schema && schema["const"] !== value) return false;
  if (Array.isArray(schema["enum"]) && !schema["enum"].includes(value)) return false;
  const variants = variantsOf(schema);
  if (variants && !variants.some((variant) => inner(variant))) return false;
  if (!partsOf(schema["allOf"]).every((part) => inner(part))) return false;
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return false;
  if (Array.isArray(value)) return fitsItems(value, { schema, root });
  return !isRecord(value) || fitsProperties(value, { schema, root });
}

function fitsItems(items: readonly unknown[], { schema, root }: SchemaPlace): boolean {
  const first = partsOf(schema["prefixItems"]);
  const rest = schema["items"];
  return items.every((item, index) => {
    const of = first[index] ?? (isRecord(rest) ? rest : undefined);
    return of === undefined || fits(item, { schema: of, root });
  });
}

function fitsProperties(value: Readonly<Record<string, unknown>>, { schema, root }: SchemaPlace): boolean {
  const properties = propertiesOf(schema);
  if (requiredOf(schema).some((name) => value[name] === undefined)) return false;
  const others = schema["additionalProperties"];
  return Object.entries(value).every(([name, inner]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known) return fits(inner, { schema: known, root });
    return isRecord(others) ? fits(inner, { schema: others, root }) : others !== false;
  });
}

/** What a `$ref` stands for; refs to elsewhere and circles without an end stand for anything. */
export function resolveRef({ schema, root }: SchemaPlace): JsonSchema {
  let current = schema;
  for (let depth = 0; typeof current["$ref"] === "string" && depth < 20; depth++) {
    const steps = current["$ref"].split("/").slice(1);
    const found = steps.reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), root);
    current = isRecord(found) ? found : {};
  }
  return current;
}

export function variantsOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  const variants = [...partsOf(schema["anyOf"]), ...partsOf(schema["oneOf"])];
  return variants.length > 0 ? variants : undefined;
}

export function typesOf({ type }: JsonSchema): readonly string[] {
  return [type].flat().filter((one) => typeof one === "string");
}

export function propertiesOf({ properties }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return isRecord(properties) ? (properties as Readonly<Record<string, JsonSchema>>) : {};
}

export function requiredOf({ required }: JsonSchema): readonly string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

export function partsOf(list: unknown): readonly JsonSchema[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isRecord(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
