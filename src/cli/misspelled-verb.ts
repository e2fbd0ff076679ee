import { TuttiError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";

/** `tutti run lst` meant `run list`: the same error with the command that was probably meant. */
export function suggestVerb(error: unknown, named: string, verbs: readonly string[]): unknown {
  if (!(error instanceof TuttiError) || error.code !== "flow.missing") return error;
  const { message, where, data } = error;
  const isFlowNear = typeof data === "object" && data !== null && "nearest" in data && data.nearest !== null;
  const meant = nearest(named, verbs);
  if (isFlowNear || meant === undefined) return error;
  return new TuttiError("flow.missing", message, {
    cause: error,
    data,
    hint: `Did you mean: tutti run ${meant}`,
    ...(where === undefined ? {} : { where }),
  });
}
