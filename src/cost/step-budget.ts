import { StepError, toFailure, TuttiError, type Failure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { EffectInterceptor, EffectOutcome, EffectSpec, PlanContext, PlanInterceptor } from "../core/verb.ts";
import { inWords } from "./amount.ts";
import { toCount, fromCount } from "./budget.ts";
import { refusalOf, type Refusal } from "./refusal.ts";

/** Asks a human within a step's plan and waits; rejects with `review.rejected`. app.ts hands in the review room's. */
export type AskHuman = (
  context: PlanContext,
  question: { readonly name: string; readonly title: string; readonly payload: unknown },
) => Promise<{ readonly payload: unknown }>;

/** A call that a budget has stopped puts its step off: the run pauses, and nothing of the step is stored. */
export const budgetStop: EffectInterceptor = {
  name: "budget",
  async around(_context, _spec, next) {
    try {
      const outcome = await next();
      // A step may have made a call before the one that was refused, and tells its usage with the failure.
      return outcome.failure && mustPause(outcome.failure) ? { ...outcome, pausesRun: true } : outcome;
    } catch (error) {
      if (!(error instanceof TuttiError) || !mustPause(error)) throw error;
      return { status: "failed", failure: toFailure(error, "budget.exceeded"), pausesRun: true };
    }
  },
};

function mustPause(error: Pick<Failure, "code" | "data">): boolean {
  return error.code === "budget.unpriced" || refusalOf(error)?.action === "stop";
}

export interface BudgetPlanPorts {
  readonly ask: AskHuman;
  /** Statements that raise the limit of one window. */
  raise(refusal: Refusal, by: number): readonly Statement[];
}

/** Goes on with another model, or asks for more, where a budget says so. What is decided is journaled. */
export function createBudgetPlan(ports: BudgetPlanPorts): PlanInterceptor {
  return {
    name: "budget",
    kinds: ["model"],
    async around(context, spec, next) {
      const tried = new Set<string>();
      for (let current = spec; ;) {
        const outcome = await next(current);
        const refusal = outcome.status === "failed" ? refusalOf(outcome.failure) : null;
        if (!refusal || refusal.action === "stop") return outcome;
        if (refusal.action === "degrade") {
          const model = refusal.degradeTo ?? "";
          current = withModel(current, model);
          // Budgets that lead back to a model would go round for ever, and by another name a model leads to itself.
          if (tried.has(model)) current = stopping(current);
          tried.add(model);
        } else if (!(await isRaised(ports, context, refusal))) return rejected(outcome);
      }
    },
  };
}

function withModel(spec: EffectSpec, model: string): EffectSpec {
  if (!spec.revise) throw new TypeError(`step "${spec.name}" cannot take another model`);
  const input = typeof spec.input === "object" && spec.input !== null ? spec.input : {};
  return spec.revise({ ...input, model });
}

/** The same step, which no budget can send on to another model. */
function stopping(spec: EffectSpec): EffectSpec {
  return {
    ...spec,
    async perform(context) {
      try {
        const outcome = await spec.perform(context);
        const { failure } = outcome;
        const refusal = refusalOf(failure);
        return failure && refusal ? { ...outcome, failure: { ...failure, data: stopped(refusal) } } : outcome;
      } catch (error) {
        const refusal = error instanceof TuttiError ? refusalOf(error) : null;
        if (!(error instanceof TuttiError) || !refusal) throw error;
        const { hint = "", code, message } = error;
        throw new TuttiError(code, message, { hint, cause: error, data: stopped(refusal) });
      }
    },
  };
}

function stopped(refusal: Refusal): Refusal {
  return refusal.action === "degrade" ? { ...refusal, action: "stop" } : refusal;
}

async function isRaised(ports: BudgetPlanPorts, context: PlanContext, refusal: Refusal): Promise<boolean> {
  const { budget, metric, currency, limit, used, needed, raiseBy } = refusal;
  // Less would only lead to the next question.
  const proposed = Math.max(raiseBy, used + needed - limit);
  const words = (count: number): string => inWords(metric, count, currency);
  try {
    const { payload } = await ports.ask(context, {
      name: "raise budget",
      title: `Raise budget "${budget}" by ${words(proposed)}? It has used ${words(used)} of ${words(limit)}`,
      payload: {
        raiseBy: fromCount(metric, proposed),
        unit: currency ?? metric,
        budget,
        model: refusal.model,
        subject: refusal.subject,
        period: refusal.period,
      },
    });
    await raise(ports, context, { refusal, by: raisedBy(payload, refusal) ?? proposed });
    return true;
  } catch (error) {
    if (error instanceof StepError && error.code === "review.rejected") return false;
    throw error;
  }
}

/** What a human has made of the proposal; null where it says nothing of that. An amount that is none raises nothing, so it is asked for again. */
function raisedBy(payload: unknown, { metric }: Refusal): number | null {
  if (typeof payload !== "object" || payload === null || !("raiseBy" in payload)) return null;
  const { raiseBy } = payload;
  return typeof raiseBy === "number" && raiseBy >= 0 ? toCount(metric, raiseBy) : 0;
}

/** A step: its row and the raise are one commit, so an approval counts once, whatever happens. */
async function raise(
  ports: BudgetPlanPorts,
  { host }: PlanContext,
  { refusal, by }: { refusal: Refusal; by: number },
): Promise<void> {
  const { budget, subject, period, metric } = refusal;
  await host.effect({
    kind: "budget",
    name: "raise",
    input: { budget, subject, period, by: fromCount(metric, by) },
    perform: async () => ({
      status: "succeeded",
      result: { by: fromCount(metric, by) },
      writes: ports.raise(refusal, by),
    }),
  });
}

function rejected(outcome: EffectOutcome): EffectOutcome {
  if (!outcome.failure) return outcome;
  return {
    ...outcome,
    failure: { ...outcome.failure, message: `${outcome.failure.message}; a human did not raise it` },
  };
}
