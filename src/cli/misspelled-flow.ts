import { TuttiError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";

/** `tutti run lst` meant `run list`, `tutti run helo` the flow hello: the same error with what was probably meant. */
export function suggestFlow(error: unknown, named: string, verbs: readonly string[]): unknown {
  if (!(error instanceof TuttiError) || error.code !== "flow.missing") return error;
  const { message, hint, where, data } = error;
  const flows = flowsOf(data);
  const meant = nearest(named, [...flows, ...verbs]);
  if (meant === undefined) return error;
  const suggestion = flows.includes(meant)
    ? `Did you mean ${meant}? ${hint ?? ""}`
    : `Did you mean: tutti run ${meant}`;
  return new TuttiError("flow.missing", message, {
    cause: error,
    data,
    hint: suggestion.trim(),
    ...(where === undefined ? {} : { where }),
  });
}

function flowsOf(data: unknown): readonly string[] {
  const flows = typeof data === "object" && data !== null && "flows" in data ? data.flows : [];
  return Array.isArray(flows) ? flows.filter((flow) => typeof flow === "string") : [];
}
