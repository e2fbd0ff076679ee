import { TuttiError } from "../core/error.ts";

// Of a connection that was never made. Browsers do not tell, so there nothing counts as never sent.
const neverConnected = ["ENOENT", "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];
const mostCauses = 4;

/** The host went away, or answers nothing that is one of its own. */
export function lost(host: string, what: string, cause?: unknown): TuttiError {
  return new TuttiError("host.unreachable", `${host} ${what}`, {
    cause,
    hint: "It may just have ended: try again. Nothing that was stored is lost.",
  });
}

/** Nobody listened at all, so nothing was done: such a call may be made again. */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof TuttiError) || error.code !== "host.unreachable") return false;
  let cause: unknown = error.cause;
  for (let depth = 0; cause instanceof Error && depth < mostCauses; depth++) {
    if (hasCode(cause)) return true;
    // A name with several addresses: each was tried.
    if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(hasCode);
    cause = cause.cause;
  }
  return false;
}

function hasCode(error: unknown): boolean {
  return error instanceof Error && "code" in error && neverConnected.includes(String(error.code));
}
