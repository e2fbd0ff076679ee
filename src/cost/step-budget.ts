import { StepError, toFailure, TuttiError, type Failure } from "../core/error.ts";
import type { Statement } from "../core/statement.ts";
import type { EffectInterceptor, EffectOutcome, EffectSpec, PlanContext, PlanInterceptor } from "../core/verb.ts";
import { inWords } from "./amount.ts";
import { toCount, fromCount } from "./budget.ts";
import { refusalOf, type Refusal } from "./refusal.ts";

/**
 * Asks a human within a step's plan and waits; rejects with `review.rejected`. All that ask under one `shared` key while the
 * question is open are told of one decision, and of the same `review`. app.ts hands in the review room's.
 */
export type AskHuman = (
  context: PlanContext,
  question: { readonly name: string; readonly title: string; readonly payload: unknown; readonly shared: string },
) => Promise<{ readonly payload: unknown; readonly review?: string | undefined }>;

export interface BudgetStopPorts {
  /** Statements that keep in mind what the run waits for; they join the transaction that pauses it. */
  readonly paused: (run: string, failure: Failure) => readonly Statement[];
}

/** A call that a budget has stopped puts its step off: the run pauses, and nothing of the step is stored. */
export function createBudgetStop({ paused }: BudgetStopPorts): EffectInterceptor {
  const pausing = (run: string, outcome: EffectOutcome, failure: Failure): EffectOutcome => ({
    ...outcome,
    writes: [...(outcome.writes ?? []), ...paused(run, failure)],
    pausesRun: true,
  });
  return {
    name: "budget",
    async around({ run }, _spec, next) {
      try {
        const outcome = await next();
        const { failure } = outcome;
        // A step may have made a call before the one that was refused, and tells its usage with the failure.
        return failure && mustPause(failure) ? pausing(run, outcome, failure) : outcome;
      } catch (error) {
        if (!(error instanceof TuttiError) || !mustPause(error)) throw error;
        const failure = toFailure(error, "budget.exceeded");
        return pausing(run, { status: "failed", failure }, failure);
      }
    },
  };
}

function mustPause(error: Pick<Failure, "code" | "data">): boolean {
  return error.code === "budget.unpriced" || refusalOf(error)?.action === "stop";
}

export interface BudgetPlanPorts {
  readonly ask: AskHuman;
  /** Raises the limit of one window, once for a question, whoever brings its answer and how often. */
  raise(refusal: Refusal, by: number, question: string): Promise<void>;
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
  const { budget, budgetId, metric, currency, limit, used, needed, raiseBy, subject, period } = refusal;
  // Less would only lead to the next question.
  const proposed = Math.max(raiseBy, used + needed - limit);
  const words = (count: number): string => inWords(metric, count, currency);
  try {
    const { payload, review } = await ports.ask(context, {
      name: "raise budget",
      shared: JSON.stringify(["budget", budgetId, subject, period]),
      title: `Raise budget "${budget}" by ${words(proposed)}? It has used ${words(used)} of ${words(limit)}`,
      payload: {
        raiseBy: fromCount(metric, proposed),
        unit: currency ?? metric,
        budget,
        model: refusal.model,
        subject,
        period,
      },
    });
    await raise(ports, context, { refusal, by: raisedBy(payload, refusal) ?? proposed, review });
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

interface Raise {
  readonly refusal: Refusal;
  readonly by: number;
  readonly review: string | undefined;
}

/** A step of its own: the answer is known by then, and a crash in between brings it once more. */
async function raise(ports: BudgetPlanPorts, { host }: PlanContext, { refusal, by, review }: Raise): Promise<void> {
  const { budget, subject, period, metric } = refusal;
  await host.effect({
    kind: "budget",
    name: "raise",
    input: { budget, subject, period, by: fromCount(metric, by) },
    async perform({ run, key }) {
      await ports.raise(refusal, by, review ?? `${run} ${key}`);
      return { status: "succeeded", result: { by: fromCount(metric, by) } };
    },
  });
}

function rejected(outcome: EffectOutcome): EffectOutcome {
  if (!outcome.failure) return outcome;
  return {
    ...outcome,
    failure: { ...outcome.failure, message: `${outcome.failure.message}; a human did not raise it` },
  };
}
