import type { JsonSchema } from "../chat-model.ts";
import {
  fits,
  isRecord,
  partsOf,
  propertiesOf,
  requiredOf,
  resolveRef,
  typesOf,
  variantsOf,
  type SchemaPlace,
} from "./fit.ts";
import { readAlmostJson } from "./json.ts";
import { renameProperties } from "./name.ts";
import { toScalar } from "./scalar.ts";

export interface Coerced {
  readonly value: unknown;
  /** What was changed, for people: `limit: text to number`. */
  readonly changes: readonly string[];
}

/**
 * A value as the schema wants it, where there is one way to take it: "5" as 5, JSON in a text as what it says, one item as a
 * list of it, another case of a name. What stays doubtful is left as it is, for the validation to refuse.
 */
export function coerce(value: unknown, schema: JsonSchema): Coerced {
  const walk: Walk = { root: schema, changes: [] };
  const coerced = coerceValue(value, schema, { walk, path: "", idle: 0 });
  return { value: coerced, changes: walk.changes };
}

interface Walk {
  readonly root: JsonSchema;
  readonly changes: string[];
}

interface At {
  readonly walk: Walk;
  readonly path: string;
  /** Steps through the schema that have not led further into the value. */
  readonly idle: number;
}

// A schema that holds itself (a number, or a list of such) would take a text for a list of a list of a list, without an end.
const mostIdle = 8;

function coerceValue(value: unknown, given: JsonSchema, above: At): unknown {
  if (above.idle >= mostIdle) return value;
  const at: At = { ...above, idle: above.idle + 1 };
  const schema = resolveRef({ schema: given, root: at.walk.root });
  const variants = variantsOf(schema) ?? severalTypes(schema);
  if (variants) return coerceVariant(value, variants, at);
  const whole = partsOf(schema["allOf"]).reduce<unknown>((current, part) => coerceValue(current, part, at), value);
  const [type] = typesOf(schema);
  if (type === "object") return coerceObject(whole, schema, at);
  if (type === "array") return coerceArray(whole, schema, at);
  return fits(whole, place(schema, at)) ? whole : coerceScalar(whole, schema, at);
}

function severalTypes(schema: JsonSchema): readonly JsonSchema[] | undefined {
  const types = typesOf(schema);
  return types.length > 1 ? types.map((type) => Object.assign({}, schema, { type })) : undefined;
}

/** The variant that it fits already; else the one value that all variants that it can be made to fit agree about. */
function coerceVariant(value: unknown, variants: readonly JsonSchema[], at: At): unknown {
  const exact = variants.find((variant) => fits(value, place(variant, at)));
  if (exact) return coerceValue(value, exact, at);
  const found = new Map<string, { value: unknown; changes: readonly string[] }>();
  for (const variant of variants) {
    const trial: At = { ...at, walk: { root: at.walk.root, changes: [] } };
    const tried = coerceValue(value, variant, trial);
    if (fits(tried, place(variant, at)))
      found.set(JSON.stringify(tried), { value: tried, changes: trial.walk.changes });
  }
  const [only] = found.values();
  if (!only || found.size > 1) return value;
  at.walk.changes.push(...only.changes);
  return only.value;
}

function coerceObject(value: unknown, schema: JsonSchema, at: At): unknown {
  const object = toObject(value, at);
  if (!isRecord(object)) return value;
  const properties = propertiesOf(schema);
  const renamed = renameProperties(object, { properties, required: requiredOf(schema) });
  for (const [from, to] of renamed.names) note(at, `${inside(at, from)} is called ${to}`);
  const others = schema["additionalProperties"];
  const entries = Object.entries(renamed.value).flatMap(([name, inner]) => {
    const of = Object.hasOwn(properties, name) ? properties[name] : isRecord(others) ? others : undefined;
    const here: At = { ...at, path: inside(at, name), idle: 0 };
    if (!of) return [[name, inner] as const];
    const coerced = coerceValue(inner, of, here);
    if (requiredOf(schema).includes(name) || !isNothing(coerced) || fits(coerced, place(of, at))) {
      return [[name, coerced] as const];
    }
    note(here, `${here.path}: ${JSON.stringify(inner)} left out`);
    return [];
  });
  return Object.fromEntries(entries);
}

/** Null, or a word for it: left out where that may be and null may not. */
function isNothing(value: unknown): boolean {
  return value === null || (typeof value === "string" && /^(?:null|none|undefined|)$/i.test(value));
}

function toObject(value: unknown, at: At): unknown {
  if (typeof value === "string") {
    const parsed = parseText(value, "{");
    if (isRecord(parsed)) note(at, `${named(at)}: JSON text to object`);
    return parsed;
  }
  const [only, ...more] = Array.isArray(value) ? value : [];
  if (!isRecord(only) || more.length > 0) return value;
  note(at, `${named(at)}: list of one to object`);
  return only;
}

function coerceArray(value: unknown, schema: JsonSchema, at: At): unknown {
  const list = toArray(value, schema, at);
  if (!Array.isArray(list)) return value;
  const first = partsOf(schema["prefixItems"]);
  const rest = schema["items"];
  // The only item of a list that was made of it is no further in.
  const idle = list[0] === value ? at.idle : 0;
  return list.map((item: unknown, index) => {
    const of = first[index] ?? (isRecord(rest) ? rest : undefined);
    return of ? coerceValue(item, of, { ...at, path: `${at.path}[${index}]`, idle }) : item;
  });
}

function toArray(value: unknown, schema: JsonSchema, at: At): unknown {
  if (Array.isArray(value)) return value;
  const parsed = typeof value === "string" ? parseText(value, "[") : undefined;
  if (Array.isArray(parsed)) {
    note(at, `${named(at)}: JSON text to list`);
    return parsed;
  }
  const items = isRecord(schema["items"]) ? schema["items"] : {};
  // "a, b" may be two items or one.
  if (value === null || value === undefined || (typeof value === "string" && /,\s/.test(value))) return value;
  const trial: At = { ...at, walk: { root: at.walk.root, changes: [] } };
  const item = coerceValue(value, items, trial);
  if (!fits(item, place(items, at)) || isRecord(item) !== isRecord(value)) return value;
  note(at, `${named(at)}: one item to list`);
  return [value];
}

function coerceScalar(value: unknown, schema: JsonSchema, at: At): unknown {
  const scalar = isRecord(value) && !holdsText.test(at.path) ? undefined : toScalar(value, schema);
  if (!scalar) return value;
  note(at, `${named(at)}: ${scalar.change}`);
  return scalar.value;
}

// Where the text of a file stands: an object there is the content of a JSON file.
const holdsText = /(?:^|[._])(?:text|contents?|body|data|json|payload|source|code|value)$/i;

function parseText(text: string, begin: "{" | "["): unknown {
  const trimmed = text.trim();
  if (!trimmed.startsWith(begin)) return text;
  const reading = readAlmostJson(trimmed, { isCut: false });
  return "problem" in reading ? text : reading.value;
}

function place(schema: JsonSchema, { walk }: At): SchemaPlace {
  return { schema, root: walk.root };
}

function inside({ path }: At, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function named({ path }: At): string {
  return path === "" ? "the whole" : path;
}

function note({ walk }: At, change: string): void {
  walk.changes.push(change);
}
