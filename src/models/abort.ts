import { TuttiError } from "../core/error.ts";

/** What a model call throws when its signal aborts; `reason` is the signal's. */
export function aborted(what: string, reason: unknown): TuttiError {
  return new TuttiError("model.aborted", `The call of ${what} was aborted`, { cause: reason });
}

/** The same where nothing has been sent, so that nobody counts what the model could have taken. */
export function abortedUnsent(error: unknown): unknown {
  if (!(error instanceof TuttiError) || error.code !== "model.aborted") return error;
  const { message, cause } = error;
  return new TuttiError("model.aborted", `${message} before it was sent`, { cause, data: { isSent: false } });
}
