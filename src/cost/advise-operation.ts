import { z } from "zod";
import { operation, type AnyOperation } from "../core/operation.ts";
import type { Assessor } from "./auto-model.ts";
import { rank } from "./model-choice.ts";
import { findPrice, type PriceList } from "./price-list.ts";

export interface AdviseOperationPorts {
  readonly assessor: Assessor;
  readonly prices: PriceList | undefined;
  readonly ready: () => Promise<void>;
}

const flag = z.stringbool().or(z.boolean()).default(false);

const advice = z.object({
  model: z.string(),
  isAble: z.boolean(),
  isWithinBudgets: z.boolean(),
  why: z.string().nullable().describe("Why it would not be taken"),
  quality: z.number().nullable(),
  msPerToken: z.number().nullable().describe("Of what it has written in the last 30 days"),
  calls: z.number(),
  price: z
    .object({
      currency: z.string(),
      input: z.number().exactOptional(),
      cached: z.number().exactOptional(),
      output: z.number().exactOptional(),
      perHour: z.number().exactOptional(),
      perSecond: z.number().exactOptional(),
    })
    .nullable(),
  loaded: z.boolean(),
  sizeBytes: z.number().nullable(),
});

/** What `model: auto` would look at, best first. */
export function adviseOperation({ assessor, prices, ready }: AdviseOperationPorts): AnyOperation {
  return operation({
    name: "models.advise",
    summary: "Shows which model `auto` would take, best first, and what speaks against the others",
    method: "GET",
    path: "/models-advice",
    role: "viewer",
    effect: "read",
    idempotent: true,
    input: z.strictObject({
      tools: flag.describe("For calls with tools"),
      schema: flag.describe("For answers by a JSON Schema"),
      context: z.coerce.number().int().min(0).default(0).describe("Tokens that prompt and answer fill"),
      flow: z.string().optional().describe("Within the budgets of this flow"),
      agent: z.string().optional().describe("Within the budgets of this agent"),
    }),
    output: z.array(advice),
    faces: ["cli", "http", "sdk", "mcp"],
    cli: { examples: ["tutti models advise", "tutti models advise --tools --context 16000 --json"] },
    handle: async ({ tools, schema, context, flow, agent }, { signal }) => {
      await ready();
      // A call of the size that is asked about, for the budgets to look at.
      const request = { messages: [], options: { maxTokens: context > 0 ? context : 1_024 } };
      const needs = { tools, schema, contextTokens: context };
      const assessed = await assessor.assess({ request, needs, payer: { flow, agent } }, signal);
      return rank(assessed).map(({ name, inability, overBudget, quality, msPerToken, calls, loaded, sizeBytes }) => {
        const price = findPrice(prices, name);
        return {
          model: name,
          isAble: inability === null,
          isWithinBudgets: overBudget === null,
          why: inability ?? overBudget,
          quality,
          msPerToken,
          calls,
          price: prices && price ? { currency: prices.currency, ...known(price) } : null,
          loaded,
          sizeBytes,
        };
      });
    },
  });
}

/** Without the keys that are not set. */
function known<Given extends object>(given: Given): { [Key in keyof Given]: Exclude<Given[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
