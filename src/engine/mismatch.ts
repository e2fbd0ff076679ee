import type { Failure } from "../core/error.ts";
import { inputOf, type VerbCall } from "./scope.ts";

const usualCauses =
  "Usual causes: a step was renamed, removed, moved or given another input since the run began. Put it back and `tutti run resume`, or `tutti run fork`; `step.version` lets old and new runs pass changed code.";

/** The code asks for a stored step as something else. */
export function differs(
  stored: { key: string; kind: string; name: string; input: string | null },
  call: VerbCall,
): Failure {
  const what = stored.kind === call.kind ? "with another input" : `as ${call.kind}`;
  const passed = inputOf(call);
  return {
    code: "engine.replay_mismatch",
    message: `the journal holds "${stored.key}" (${stored.kind}); the flow's code now asks for it ${what}`,
    data: {
      journal: { key: stored.key, kind: stored.kind, input: stored.input },
      code: { key: call.key, kind: call.kind, input: passed ?? null },
      hint: usualCauses,
    },
  };
}

/** The code does not ask for a stored step where it is due. */
export function notAsked(stored: { key: string; kind: string }, asked: readonly string[]): Failure {
  return {
    code: "engine.replay_mismatch",
    message: `the journal holds "${stored.key}" (${stored.kind}), which the flow's code no longer asks for here${
      asked.length > 0
        ? `; it asks for ${asked
            .slice(0, 5)
            .map((key) => `"${key}"`)
            .join(", ")}`
        : ""
    }`,
    data: { journal: { key: stored.key, kind: stored.kind }, code: { asked: asked.slice(0, 20) }, hint: usualCauses },
  };
}
