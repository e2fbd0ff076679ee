import { errorCatalogue, isErrorCode, toFailure, TuttiError, type ErrorCode } from "../core/error.ts";

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

export function fromWireError(wire: WireError): TuttiError {
  const code: ErrorCode = isErrorCode(wire.code) ? wire.code : "internal.defect";
  return new TuttiError(code, wire.message, {
    ...(wire.hint === null ? {} : { hint: wire.hint }),
    ...(wire.where === null ? {} : { where: wire.where }),
    data: wire.data,
  });
}
