import { ExpressionError } from "./expression-error.ts";

/** A value of the expression language as JSON: its whole numbers are bigints. */
export function toJson(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
        throw new ExpressionError(`gives ${value}, which is more than JSON numbers can hold`, 0);
      return Number(value);
    case "number":
      if (Number.isFinite(value)) return value;
      throw new ExpressionError(`gives ${value}, which JSON cannot hold`, 0);
    case "string":
    case "boolean":
      return value;
    case "object":
      return fromObject(value);
    default:
      throw new ExpressionError(`gives a ${typeof value}, which JSON cannot hold`, 0);
  }
}

function fromObject(value: object | null): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
  throw new ExpressionError(`gives a ${value.constructor.name}, which JSON cannot hold`, 0);
}
