import { z } from "zod";
import type { ConfigSection } from "../core/capability.ts";
import { toMs } from "../core/duration.ts";
import { TuttiError } from "../core/error.ts";
import type { Random } from "../core/random.ts";
import { budgetSchema, toBudget, type Budget } from "./budget.ts";
import { newBudgetId } from "./budget-store.ts";
import { isTimeZone } from "./period.ts";
import { priceListSchema } from "./price-list.ts";

export const budgetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be small letters, digits and hyphens, 64 at the most");

const duration = z
  .union([z.string(), z.number().positive()])
  .refine((value) => isDuration(value), 'not a duration such as "30s" or "5m"');

const shortestKeepMs = 86_400_000;

export const costSection = {
  name: "cost",
  schema: z.object({
    timeZone: z
      .string()
      .refine(isTimeZone, 'not a time zone such as "UTC" or "Europe/Berlin"')
      .default("UTC")
      .describe("Where days begin, for the ledger and for budgets."),
    prices: priceListSchema
      .optional()
      .describe(
        "Your price list: date, currency, and models with input, cached, output (for a million tokens), perHour or perSecond. Without it money is unknown.",
      ),
    budgets: z
      .record(budgetName, budgetSchema)
      .default({})
      .describe("Budgets by name, as `tutti budget set` takes them."),
    longestCall: duration
      .default("5m")
      .describe(
        "What a budget of seconds, or of money for time, reserves for a call, which is ended when it takes longer.",
      ),
    keepCalls: duration
      .refine((value) => !isDuration(value) || toMs(value) >= shortestKeepMs, 'must be a day or more, such as "30d"')
      .default("30d")
      .describe("How long single calls are kept; their sums by day, model, flow and agent are kept for good."),
    templateTokens: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1_024)
      .describe(
        "What the template of a model may add to a prompt at the most: raise it for a model with a long system text of its own.",
      ),
  }),
} as const satisfies ConfigSection;
export type CostSettings = z.output<typeof costSection.schema>;

export function configuredBudgets({ budgets, prices }: CostSettings, random: Random): Budget[] {
  return Object.entries(budgets).map(([name, definition]) => {
    if (definition.money !== undefined && !prices) throw noCurrency(`cost.budgets.${name}`, "config.invalid");
    return toBudget(definition, {
      id: newBudgetId(random),
      name,
      source: "config",
      currency: prices?.currency ?? null,
    });
  });
}

export function noCurrency(what: string, code: "config.invalid" | "usage.invalid"): TuttiError {
  return new TuttiError(code, `${what} limits money, and there is no price list`, {
    hint: "Put cost.prices with date, currency and models into tutti.yaml, or limit tokens, calls or seconds.",
  });
}

function isDuration(value: string | number): boolean {
  try {
    return toMs(value) > 0;
  } catch {
    return false; // the refinement says what it should be
  }
}
