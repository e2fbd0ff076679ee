import { isErrorCode, TuttiError, type Failure } from "../../core/error.ts";
import { toWireError, type WireError } from "../../sdk/wire.ts";

/** A result as scripts get it: one JSON value, in which each stored error also says what to do about it. */
export function toJson(result: unknown): string {
  return JSON.stringify(Array.isArray(result) ? result.map(withAdvice) : withAdvice(result), null, 2);
}

/** Runs and steps are known by their status and error. */
function withAdvice(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("status" in value)) return value;
  const steps = "steps" in value && Array.isArray(value.steps) ? { steps: value.steps.map(withAdvice) } : {};
  const error = "error" in value && isFailure(value.error) ? { error: advise(value.error) } : {};
  return { ...value, ...error, ...steps };
}

function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** Stored is what happened; what to do about it belongs to the version that shows it. */
function advise({ code, message, data }: Failure): WireError {
  const hint = textOf(data, "hint");
  const where = textOf(data, "where");
  // A tool or a flow may have codes of its own.
  if (!isErrorCode(code)) {
    return {
      code,
      message,
      hint,
      docs: "docs/errors.md",
      where,
      retryable: false,
      ...(data === undefined ? {} : { data }),
    };
  }
  const details = { ...(hint === null ? {} : { hint }), ...(where === null ? {} : { where }), data };
  return toWireError(new TuttiError(code, message, details));
}

/** A text among the details of a failure; null where there is none. */
export function textOf(data: unknown, key: string): string | null {
  if (typeof data !== "object" || data === null) return null;
  const value = new Map<string, unknown>(Object.entries(data)).get(key);
  return typeof value === "string" ? value : null;
}
