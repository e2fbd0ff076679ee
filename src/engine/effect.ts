import { TuttiError, toFailure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { EffectContext, EffectInterceptor, EffectOutcome, EffectSpec } from "../core/verb.ts";
import type { EffectRunner, HeldRun } from "./held-run.ts";
import { addressOf } from "./opening.ts";
import { EffectMark, place, type VerbCall } from "./scope.ts";

/** `ring` is in order from the outside in; the order is app.ts's. */
export function createEffectRunner(ring: readonly EffectInterceptor[]): EffectRunner {
  return {
    start(execution, call, spec) {
      const controller = new AbortController();
      call.controller = controller;
      call.startedAt = execution.ports.clock.now();
      const verb = call.attemptOf ?? call;
      call.attempts = verb === call ? call.attempts + 1 : verb.attempts;
      const joined: Statement[] = [];
      const context: EffectContext = {
        ...addressOf(execution, call),
        signal: controller.signal,
        attempt: call.attempts,
        folder: execution.folder,
        priority: execution.run.priority,
        trace: execution.run.trace,
        live: (data) => execution.ports.live.publish({ run: execution.run.id, type: "live", key: verb.key, data }),
        join: (writes) => void joined.push(...writes),
      };
      const end = (outcome: EffectOutcome): void => execution.effectEnded(call, withWrites(outcome, joined));
      const endDeadline = armDeadline({ execution, call, spec, controller, end });
      // Not awaited: the end is told through effectEnded, which never throws.
      void place.run(new EffectMark(call.key), async () => {
        const outcome = await attempt(ring, context, spec);
        endDeadline();
        end(outcome);
      });
    },
  };
}

async function attempt(
  ring: readonly EffectInterceptor[],
  context: EffectContext,
  spec: EffectSpec,
): Promise<EffectOutcome> {
  const enter = (index: number): Promise<EffectOutcome> => {
    const interceptor = ring[index];
    return interceptor ? interceptor.around(context, spec, () => enter(index + 1)) : spec.perform(context);
  };
  try {
    return await enter(0);
  } catch (error) {
    const failure = toFailure(error, "step.failed");
    const isCancelled = context.signal.aborted && isCancel(context.signal.reason);
    return { status: isCancelled ? "cancelled" : "failed", failure };
  }
}

function isCancel(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason && reason.code === "run.cancelled";
}

function withWrites(outcome: EffectOutcome, joined: readonly Statement[]): EffectOutcome {
  return joined.length === 0 ? outcome : { ...outcome, writes: [...(outcome.writes ?? []), ...joined] };
}

interface Limited {
  readonly execution: HeldRun;
  readonly call: VerbCall;
  readonly spec: EffectSpec;
  readonly controller: AbortController;
  readonly end: (outcome: EffectOutcome) => void;
}

/** A step that passes its own deadline is aborted and has failed, whether it listens to the signal or not. */
function armDeadline({ execution, call, spec, controller, end }: Limited): () => void {
  const { timeoutMs } = spec;
  if (timeoutMs === undefined) return () => undefined;
  return execution.ports.clock.after(timeoutMs, () => {
    const error = new TuttiError("engine.deadline", `step "${call.key}" took longer than ${timeoutMs} ms`);
    controller.abort(error);
    end({ status: "failed", failure: toFailure(error, "engine.deadline") });
  });
}
