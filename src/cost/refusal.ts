import { z } from "zod";
import type { EpochMs } from "../core/clock.ts";
import { TuttiError, type Failure } from "../core/error.ts";
import { inWords } from "./amount.ts";
import { fromCount, modelName, type Action, type Budget } from "./budget.ts";
import type { WindowCount } from "./budget-window.ts";
import type { Calendar } from "./period.ts";
import type { Claim } from "./reservation.ts";

/** What a refused call tells whoever decides how to go on; stored with its failure. Amounts are counts. */
const refusalSchema = z.looseObject({
  budget: z.string(),
  budgetId: z.string(),
  metric: z.enum(["tokens", "calls", "seconds", "money"]),
  currency: z.string().nullable(),
  subject: z.string(),
  period: z.string(),
  model: z.string(),
  limit: z.number(),
  used: z.number(),
  needed: z.number(),
  action: z.enum(["stop", "ask", "degrade"]),
  degradeTo: z.string().nullable(),
  raiseBy: z.number(),
});
export type Refusal = z.infer<typeof refusalSchema>;

/** What was refused, if this failure is a budget's. */
export function refusalOf(failure: Pick<Failure, "code" | "data"> | undefined): Refusal | null {
  if (failure?.code !== "budget.exceeded") return null;
  return refusalSchema.safeParse(failure.data).data ?? null;
}

const unpricedSchema = z.looseObject({ budgetId: z.string(), model: z.string() });

/** Which model had no price, if that is what this failure is about. */
export function unpricedOf({ code, data }: Pick<Failure, "code" | "data">): z.infer<typeof unpricedSchema> | null {
  return code === "budget.unpriced" ? (unpricedSchema.safeParse(data).data ?? null) : null;
}

export interface Refused extends Claim {
  readonly count: WindowCount;
  readonly model: string;
  readonly at: EpochMs;
}

export function exceeded({ budget, hold, count, model, at }: Refused, calendar: Calendar): TuttiError {
  const limit = budget.hard + count.raised;
  const words = (amount: number): string => inWords(budget.metric, amount, budget.currency);
  const left = Math.max(0, limit - count.used);
  const what = `budget "${budget.name}" has ${words(left)} left of ${words(limit)} ${placeInWords(budget, hold)}`;
  const data: Refusal = {
    budget: budget.name,
    budgetId: budget.id,
    metric: budget.metric,
    currency: budget.currency,
    subject: hold.subject,
    period: hold.period,
    model,
    limit,
    used: count.used,
    needed: hold.amount,
    action: actionFor(budget, model),
    degradeTo: budget.degradeTo,
    raiseBy: budget.raiseBy,
  };
  return new TuttiError("budget.exceeded", `${what}; a call of ${model} may take ${words(hold.amount)}`, {
    hint: advice(budget, calendar, at),
    data,
  });
}

/** A model that is cheaper than none: where the other model is refused too, the run stops. */
function actionFor({ action, degradeTo }: Budget, model: string): Action {
  return action === "degrade" && modelName(degradeTo ?? "") === modelName(model) ? "stop" : action;
}

function placeInWords({ scope, period }: Budget, { subject, period: key }: Claim["hold"]): string {
  const who = scope === "tenant" ? "" : ` for ${scope} ${subject}`;
  const when = period === "total" ? "in all" : period === "run" ? "in this run" : `in the ${period} ${key}`;
  return `${when}${scope === "run" && period === "run" ? "" : who}`;
}

function advice(budget: Budget, calendar: Calendar, at: EpochMs): string {
  const { name, period, metric, source } = budget;
  const raise =
    source === "config"
      ? `Raise cost.budgets.${name}.${metric} in tutti.yaml`
      : `Raise it with \`tutti budget set ${[name, ...flagsOf(budget)].join(" ")} --${metric} …\``;
  const less = metric === "calls" ? "" : "; a smaller options.maxTokens makes calls ask for less";
  const resume =
    budget.resume === "auto"
      ? `; the runs that it has paused go on by themselves then${less}`
      : `, then \`tutti run resume\` the runs that it has paused${less}`;
  const isTimed = period === "hour" || period === "day" || period === "month";
  const wait = isTimed ? ` or wait until ${new Date(calendar.endOf(period, at)).toISOString()}` : "";
  return `${raise}${wait}${resume}.`;
}

/** All that the budget has besides its limit: the command sets what it does not name back to the defaults. */
function flagsOf(budget: Budget): string[] {
  const { scope, subject, period, softPercent, action, degradeTo, metric, raiseBy, hard } = budget;
  return [
    ...(scope === "tenant" ? [] : [`--scope ${scope}`]),
    ...(subject === null ? [] : [`--of ${subject}`]),
    ...(period === "day" ? [] : [`--window ${period}`]),
    ...(softPercent === 80 ? [] : [`--warn-at ${softPercent}`]),
    ...(action === "stop" ? [] : [`--on-limit ${action}`]),
    ...(degradeTo === null ? [] : [`--degrade-to ${degradeTo}`]),
    ...(budget.resume === "auto" ? [] : [`--resume ${budget.resume}`]),
    ...(action === "ask" && raiseBy !== hard ? [`--raise-by ${fromCount(metric, raiseBy)}`] : []),
  ];
}

export function unpriced(budget: Budget, model: string): TuttiError {
  const then = budget.resume === "auto" ? "and the run goes on by itself" : "then `tutti run resume`";
  return new TuttiError(
    "budget.unpriced",
    `budget "${budget.name}" limits money, and ${model} has no price in ${budget.currency ?? "its currency"}`,
    {
      hint: `Add it to cost.prices.models in tutti.yaml ("${model}": { perHour: 0 } for one that costs nothing), ${then}.`,
      data: { budget: budget.name, budgetId: budget.id, model },
    },
  );
}
