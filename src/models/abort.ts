import { TuttiError } from "../core/error.ts";

/** What a model call throws when its signal aborts; `reason` is the signal's. */
export function aborted(what: string, reason: unknown): TuttiError {
  return new TuttiError("model.aborted", `The call of ${what} was aborted`, { cause: reason });
}
