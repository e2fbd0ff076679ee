import type { Failure } from "../core/error.ts";
import type { HeldRun } from "./held-run.ts";
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

/** A body that waits for a version in front of what is stored had passed there before the version was written. */
export function answerOldVersion(held: HeldRun): boolean {
  const at = held.held.findIndex(({ kind }) => kind === "version");
  const [call] = at < 0 ? [] : held.held.splice(at, 1);
  if (!call) return false;
  held.calls.delete(call.key);
  call.state = "finished";
  call.resolve(0);
  return true;
}
