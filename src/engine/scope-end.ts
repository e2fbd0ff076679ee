import { toFailure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { EffectOutcome } from "../core/verb.ts";
import { mergeOutcome, takeMerged } from "./attempt.ts";
import type { HeldRun } from "./held-run.ts";
import { freezeOutcome, type Finished } from "./journal-writer.ts";
import type { Scope, VerbCall } from "./scope.ts";
import { withdrawOpen } from "./withdrawal.ts";

/** A scope whose function has settled: open verbs inside are withdrawn, and what it gave becomes its row. */
export function endScope(execution: HeldRun, call: VerbCall, outcome: EffectOutcome): Finished | null {
  if (call.state !== "started" || call.work.type !== "scope") return null;
  const { scope, isPlanned } = call.work;
  const merged = isPlanned ? takeMerged(execution.finished, scope) : undefined;
  const before = withdrawInside(execution, scope);
  call.state = "finished";
  execution.root.foreign ??= scope.foreign;
  const settled = settle(scope, isPlanned ? mergeOutcome(outcome, merged) : outcome);
  return { call, outcome: freezeOutcome(settled, `step "${call.key}"`), before, needsWake: before.length > 0 };
}

/** A rejection inside that nobody handled fails the scope; what a cancel has ended is cancelled, not failed. */
function settle(scope: Scope, outcome: EffectOutcome): EffectOutcome {
  const [unhandled] = scope.unhandled.values();
  if (outcome.status === "succeeded" && unhandled !== undefined) {
    return { status: "failed", failure: toFailure(unhandled, "step.failed") };
  }
  return outcome.failure?.code === "run.cancelled" ? { ...outcome, status: "cancelled" } : outcome;
}

function withdrawInside(execution: HeldRun, { path }: Scope): Statement[] {
  const statements = withdrawOpen(execution, `${path}/`);
  for (const call of execution.calls.values()) {
    if (call.key.startsWith(`${path}/`) && call.state !== "withdrawn") execution.withdraw(call);
  }
  return statements;
}
