import { errorCatalogue, isErrorCode, toFailure, TuttiError } from "../core/error.ts";

/** An error as it goes over the wire, and as `--json` prints it. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly docs: string;
  readonly where: string | null;
  readonly retryable: boolean;
  readonly data?: unknown;
}

export function toWireError(error: unknown): WireError {
  if (error instanceof TuttiError) {
    const { code, message, hint = null, where = null, data } = error;
    const docs = `docs/errors.md#${code}`;
    return {
      code,
      message,
      hint,
      docs,
      where,
      retryable: errorCatalogue[code].retryable,
      ...(data === undefined ? {} : { data }),
    };
  }
  const { message } = toFailure(error, "step.failed");
  return {
    code: "internal.defect",
    message,
    hint: "This is a defect of Tutti; please report it.",
    docs: "docs/errors.md",
    where: null,
    retryable: false,
  };
}

/** The error in an answer's body, as problem details (RFC 9457) or as `{ error }`; null where there is none. */
export function failureIn(body: unknown): TuttiError | null {
  if (!isRecord(body)) return null;
  if (isRecord(body["error"])) return fromWireError(body["error"]);
  return typeof body["code"] === "string" && "detail" in body ? fromWireError(body) : null;
}

/** Lenient: the other side may be of another version, and a proxy's answer is no reason for a second error. */
export function fromWireError(wire: Readonly<Record<string, unknown>> | WireError): TuttiError {
  const { code, hint, where, data, ...words } = wire as Readonly<Record<string, unknown>>;
  const isKnown = typeof code === "string" && isErrorCode(code);
  const message = firstText(words["message"], words["detail"], words["title"]) ?? "it failed without saying why";
  return new TuttiError(isKnown ? code : "internal.defect", isKnown ? message : `${message} (${String(code)})`, {
    ...(typeof hint === "string" ? { hint } : {}),
    ...(typeof where === "string" ? { where } : {}),
    data,
  });
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
