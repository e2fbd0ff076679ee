import { TuttiError } from "./error.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Strict JSON text of a value; `undefined` stays `undefined`. What JSON would change in silence is refused:
 * `Map, Set, Date, NaN`, functions, typed arrays, class instances, cycles, bigint. A property that is `undefined` is left
 * out and in an array it becomes null, as JSON does: steps that return nothing stand in many lists.
 */
export function encodeJson(value: unknown, what: string): string | undefined {
  if (value === undefined) return undefined;
  check(value, what, "", []);
  return JSON.stringify(value);
}

export function decodeJson(text: string | null | undefined): unknown {
  return text === null || text === undefined ? undefined : JSON.parse(text);
}

/** JSON text with sorted keys, for hashing: equal values give equal text. */
export function canonicalJson(value: unknown, what: string): string {
  if (value === undefined) return "";
  check(value, what, "", []);
  return JSON.stringify(value, (_key, inner: unknown) => (isPlainObject(inner) ? sortKeys(inner) : inner));
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function check(value: unknown, what: string, path: string, parents: object[]): void {
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      if (Number.isFinite(value)) return;
      throw notJson(what, path, String(value));
    case "object":
      if (value === null) return;
      checkObject(value, what, path, parents);
      return;
    default:
      throw notJson(what, path, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function checkObject(value: object, what: string, path: string, parents: object[]): void {
  if (parents.includes(value)) throw notJson(what, path, "a cycle");
  parents.push(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (value[index] !== undefined) check(value[index], what, `${path}[${index}]`, parents);
    }
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] !== undefined) check(value[key], what, `${path}.${key}`, parents);
    }
  } else {
    throw notJson(what, path, `a ${value.constructor?.name ?? "class instance"}`);
  }
  parents.pop();
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !("toJSON" in value);
}

function notJson(what: string, path: string, found: string): TuttiError {
  return new TuttiError("engine.not_json", `${what}${path ? ` at ${path}` : ""} is ${found}, which JSON cannot hold`, {
    hint: "Return plain objects, arrays, strings, finite numbers, booleans and null; turn a Date into text, a Map into an object.",
  });
}
