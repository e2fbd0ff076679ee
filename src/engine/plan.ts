import type { EffectOutcome, EffectSpec, PlanContext, PlanInterceptor, VerbHost } from "../core/verb.ts";
import type { HeldRun } from "./held-run.ts";
import { addressOf } from "./opening.ts";
import { hashOf, VerbCall, type Scope } from "./scope.ts";

/** The plan ring that stands around a step of this kind, from the outside in. */
export function ringFor(plan: readonly PlanInterceptor[], kind: string): readonly PlanInterceptor[] {
  return plan.filter(({ kinds }) => kinds === undefined || kinds.includes(kind));
}

export interface Planned {
  readonly execution: HeldRun;
  /** The step's call, and the collapsed scope that its attempts and the plan's own verbs lie in. */
  readonly call: VerbCall;
  readonly scope: Scope;
  readonly spec: EffectSpec;
  /** Verbs of the scope that no plan stands around: a plan does not plan itself. */
  readonly host: VerbHost;
}

/** Runs a step through its plan ring. */
export function runPlan(ring: readonly PlanInterceptor[], planned: Planned): Promise<EffectOutcome> {
  const { execution, call, scope, host } = planned;
  const context: PlanContext = {
    ...addressOf(execution, call),
    host,
    now: () => execution.now,
    random: () => scope.random(),
  };
  const enter = (index: number, spec: EffectSpec): Promise<EffectOutcome> => {
    const interceptor = ring[index];
    return interceptor ? interceptor.around(context, spec, (next) => enter(index + 1, next)) : attempt(planned, spec);
  };
  return enter(0, planned.spec);
}

/** One real execution, as a step of its own within the scope. */
async function attempt({ execution, call, scope }: Planned, spec: EffectSpec): Promise<EffectOutcome> {
  call.attempts++;
  const key = scope.keyFor("attempt");
  const hash = hashOf(spec.input, key);
  const work = { type: "effect", spec } as const;
  const inner = new VerbCall({ key, kind: "attempt", name: "attempt", scope, hash, work, attemptOf: call });
  // An attempt's promise gives the outcome, or rejects where a cancel refuses it.
  return (await execution.call(inner)) as EffectOutcome;
}
