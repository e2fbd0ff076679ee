import { errorCatalogue, isErrorCode, TuttiError, type ErrorCode } from "../core/error.ts";
import type { Log } from "../core/log.ts";
import { toWireError } from "../sdk/wire.ts";

export const problemType = "application/problem+json";

/** An error as HTTP tells it (RFC 9457): the members of the catalogue's entry beside those of the standard. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ProblemStatus;
  readonly detail: string;
  readonly code: string;
  readonly hint: string | null;
  readonly where: string | null;
  readonly retryable: boolean;
  readonly data?: unknown;
}

export const problemStatuses = [400, 401, 403, 404, 405, 408, 409, 413, 415, 421, 500, 503] as const;
export type ProblemStatus = (typeof problemStatuses)[number];

const statuses: Partial<Record<ErrorCode, ProblemStatus>> = {
  "access.denied": 401,
  "access.foreign_host": 421,
  "access.foreign_origin": 403,
  "request.method": 405,
  "request.missing": 404,
  "request.too_large": 413,
  "request.too_slow": 408,
  "alert.conflict": 409,
  "alert.missing": 404,
  "alert.not_firing": 409,
  "alert.silence_missing": 404,
  "request.unsupported": 415,
  "budget.missing": 404,
  "config.unknown_key": 404,
  "flow.missing": 404,
  "model.missing": 404,
  "review.missing": 404,
  "run.missing": 404,
  "tool.missing": 404,
  "trace.missing": 404,
  "review.closed": 409,
  "run.conflict": 409,
  "schedule.conflict": 409,
  "schedule.missing": 404,
  "host.busy": 503,
  "host.unreachable": 503,
  "model.unreachable": 503,
  "server.busy": 503,
  "storage.unavailable": 503,
  "storage.full": 503,
  "storage.locked": 503,
};

export function toProblem(error: unknown): Problem {
  const { code, message, hint, where, retryable, data } = toWireError(error);
  const known: ErrorCode = isErrorCode(code) ? code : "internal.defect";
  return {
    type: `/docs/errors#${code}`,
    title: errorCatalogue[known].title,
    status: statusOf(error),
    detail: message,
    code,
    hint,
    where,
    retryable,
    ...(data === undefined ? {} : { data }),
  };
}

function statusOf(error: unknown): ProblemStatus {
  if (!(error instanceof TuttiError) || error.code === "internal.defect") return 500;
  return statuses[error.code] ?? 400;
}

/** A caller is told that there is a defect; the log, where in the code it is. */
export function logDefect(error: unknown, log: Log): void {
  if (statusOf(error) !== 500) return;
  log.error("server.defect", { error: error instanceof Error ? error.stack : String(error) });
}

export function problemResponse(error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const problem = toProblem(error);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": problemType, "cache-control": "no-store", ...headers },
  });
}
