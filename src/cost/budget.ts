import { z } from "zod";
import { dayOf, monthOf, periodKinds, type PeriodKind } from "./period.ts";

const scopes = ["run", "flow", "agent", "model", "tenant"] as const;
export const metrics = ["tokens", "calls", "seconds", "money"] as const;
export type Metric = (typeof metrics)[number];
const actions = ["stop", "ask", "degrade"] as const;
const resumes = ["auto", "manual"] as const;
type Resume = (typeof resumes)[number];
export type Action = (typeof actions)[number];

export interface Budget {
  /** Changes whenever what is counted does. */
  readonly id: string;
  readonly name: string;
  readonly source: "command" | "config";
  readonly scope: (typeof scopes)[number];
  /** Only this flow, agent or model; for the scope `run`, only runs of this flow. */
  readonly subject: string | null;
  readonly period: PeriodKind;
  readonly metric: Metric;
  /** Tokens, calls, milliseconds, or millionths of the currency's unit. */
  readonly hard: number;
  readonly currency: string | null;
  readonly softPercent: number;
  readonly action: Action;
  readonly degradeTo: string | null;
  readonly raiseBy: number;
  readonly resume: Resume;
}

const limit = z.number().positive().max(1e12).optional();

/** What may be said about a budget, in tutti.yaml and by command. */
export const budgetShape = {
  scope: z.enum(scopes).default("tenant").describe("What is counted together; tenant is everything"),
  of: z
    .string()
    .min(1)
    .optional()
    .describe("Only this flow, agent or model; with the scope run, only runs of this flow"),
  window: z.enum(periodKinds).default("day").describe("When counting begins anew"),
  tokens: limit.describe("Limit in tokens, prompt and answer together"),
  calls: limit.describe("Limit in calls"),
  seconds: limit.describe("Limit in seconds that models work"),
  money: limit.describe("Limit in the currency of cost.prices"),
  warnAt: z.number().min(1).max(100).default(80).describe("Percent of the limit at which a warning is given"),
  onLimit: z.enum(actions).default("stop").describe("Pause the run, ask a human, or go on with another model"),
  degradeTo: z.string().min(1).optional().describe("The model to go on with"),
  raiseBy: z.number().positive().max(1e12).optional().describe("What an approval adds; default: the limit once more"),
  resume: z
    .enum(resumes)
    .default("auto")
    .describe("Whether paused runs go on by themselves once there is room, or when somebody resumes them"),
};
export const budgetSchema = z.strictObject(budgetShape).superRefine(checkBudget);
export type BudgetDefinition = z.output<typeof budgetSchema>;

/** What the keys must be to each other. */
export function checkBudget(given: z.output<z.ZodObject<typeof budgetShape>>, context: z.core.$RefinementCtx): void {
  const { scope, of, onLimit, degradeTo, raiseBy } = given;
  const refuse = (message: string): void => context.addIssue({ code: "custom", message });
  const limits = metrics.filter((metric) => given[metric] !== undefined);
  if (limits.length !== 1) {
    const has = limits.length === 0 ? "it has none" : `it has ${limits.join(" and ")}`;
    refuse(`must have exactly one of ${metrics.join(", ")}; ${has}`);
  }
  if (scope === "tenant" && of !== undefined)
    refuse("must have the scope flow, agent, model or run where it has an of");
  if (scope === "model" && of !== undefined && !of.includes("/"))
    refuse(`must have an of that names the server, such as ollama/${of}: it would count nothing`);
  if ((onLimit === "degrade") !== (degradeTo !== undefined))
    refuse("must have degradeTo with onLimit degrade, and only there");
  for (const name of [...limits, "raiseBy"] as const) {
    const [metric = "tokens"] = name === "raiseBy" ? limits : [name];
    const amount = given[name];
    if (amount === undefined || isCountable(metric, amount)) continue;
    refuse(`must have ${units[metric] === 1 ? "a whole number" : `${fromCount(metric, 1)} or more`} in ${name}`);
  }
  if (onLimit !== "ask" && raiseBy !== undefined) refuse("must have raiseBy with onLimit ask only");
}

const units: Readonly<Record<Metric, number>> = { tokens: 1, calls: 1, seconds: 1_000, money: 1e6 };

const isCountable = (metric: Metric, amount: number): boolean =>
  units[metric] === 1 ? Number.isInteger(amount) : Math.round(amount * units[metric]) >= 1;

/** From what people write to what is counted, and back. */
export const toCount = (metric: Metric, amount: number): number => Math.round(amount * units[metric]);
export const fromCount = (metric: Metric, count: number): number => count / units[metric];

export function toBudget(
  definition: BudgetDefinition,
  about: Pick<Budget, "id" | "name" | "source" | "currency">,
): Budget {
  const metric = metrics.find((name) => definition[name] !== undefined) ?? "tokens";
  const amount = definition[metric] ?? 0;
  return {
    ...about,
    currency: metric === "money" ? about.currency : null,
    scope: definition.scope,
    subject:
      definition.of === undefined ? null : definition.scope === "model" ? modelName(definition.of) : definition.of,
    period: definition.window,
    metric,
    hard: toCount(metric, amount),
    softPercent: definition.warnAt,
    action: definition.onLimit,
    degradeTo: definition.degradeTo ?? null,
    raiseBy: toCount(metric, definition.raiseBy ?? amount),
    resume: definition.resume,
  };
}

/** Whether two budgets count the same, so that one may go on with the counts of the other. */
export function countsAs(left: Budget, right: Budget): boolean {
  return (["scope", "subject", "period", "metric", "currency"] as const).every((key) => left[key] === right[key]);
}

/** Who a call is charged to. */
export interface Payer {
  readonly run?: string | undefined;
  readonly flow?: string | undefined;
  readonly agent?: string | undefined;
  readonly model: string;
}

export interface WindowKey {
  readonly subject: string;
  readonly period: string;
}

/** Where a budget counts a call; null where it does not concern it. */
export function windowOf(budget: Budget, payer: Payer, hour: string): WindowKey | null {
  const subject = subjectOf(budget, payer);
  const period = periodKey(budget.period, payer, hour);
  return subject === undefined || period === undefined ? null : { subject, period };
}

function subjectOf({ scope, subject: only }: Budget, payer: Payer): string | undefined {
  if (scope === "tenant") return "all";
  if (scope === "run") return only === null || only === payer.flow ? payer.run : undefined;
  const subject = payer[scope];
  return only === null || only === subject ? subject : undefined;
}

/** Null where each run has a period of its own. */
export function currentPeriod({ period }: Pick<Budget, "period">, hour: string): string | null {
  return periodKey(period, { model: "" }, hour) ?? null;
}

function periodKey(kind: PeriodKind, { run }: Payer, hour: string): string | undefined {
  switch (kind) {
    case "run":
      return run;
    case "hour":
      return hour;
    case "day":
      return dayOf(hour);
    case "month":
      return monthOf(hour);
    default:
      return "total";
  }
}

/** One name for one model: Ollama's `llama3.2` is `llama3.2:latest`. */
export function modelName(model: string): string {
  return model.replace(/:latest$/, "");
}
