import { z } from "zod";

const amount = z.number().nonnegative().max(1e9);

const priceSchema = z
  .strictObject({
    input: amount.optional().describe("For a million tokens of prompt."),
    cached: amount
      .optional()
      .describe("For a million tokens of prompt that the server had read before; else as input."),
    output: amount.optional().describe("For a million tokens of answer, thinking included."),
    perHour: amount.optional().describe("For an hour of computing: electricity and wear of a machine of your own."),
    perSecond: amount.optional().describe("For a second of computing."),
  })
  .refine(({ input, output }) => (input === undefined) === (output === undefined), {
    message: "must have input and output, or neither of them",
  })
  .refine(({ input, perHour, perSecond }) => [input, perHour, perSecond].some((value) => value !== undefined), {
    message: "must have input and output, perHour, or perSecond; a model that costs nothing has perHour: 0",
  })
  .refine(({ perHour, perSecond }) => perHour === undefined || perSecond === undefined, {
    message: "must have perHour or perSecond, not both",
  });
export type Price = z.infer<typeof priceSchema>;

const pattern = /^[^\s/]+\/(?:[^\s*]+|[^\s*]*\*)$/;

export const priceListSchema = z.strictObject({
  date: z.iso.date().describe("When these prices were looked up; kept with each amount."),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be three capital letters such as "EUR"')
    .describe("Of all prices of the list."),
  models: z
    .record(
      z.string().regex(pattern, 'must be a model such as "ollama/llama3.2", or all of a provider: "ollama/*"'),
      priceSchema,
    )
    .describe("Prices by model; the longest name that fits counts."),
});
export type PriceList = z.infer<typeof priceListSchema>;

export interface Consumption {
  readonly input: number;
  readonly output: number;
  readonly cached?: number | undefined;
  readonly ms: number;
}

/** In millionths of the unit: a price for a million tokens times the tokens. */
export function moneyOf(price: Price, { input, output, cached = 0, ms }: Consumption): number {
  const fresh = Math.max(0, input - cached);
  const { input: forInput = 0, output: forOutput = 0, cached: forCached = forInput } = price;
  return Math.round(fresh * forInput + cached * forCached + output * forOutput + ms * perMs(price));
}

/** The most that a call may come to whose prompt, answer and sum are bounded. */
export function moneyBound(
  price: Price,
  bound: { readonly input: number; readonly output: number; readonly total: number; readonly ms: number },
): number {
  const { input: forInput = 0, output: forOutput = 0, cached: forCached = 0 } = price;
  const forRead = Math.max(forInput, forCached);
  const [dear, cheap] =
    forOutput >= forRead
      ? [{ most: bound.output, price: forOutput }, forRead]
      : [{ most: bound.input, price: forRead }, forOutput];
  const first = Math.min(dear.most, bound.total);
  return Math.ceil(first * dear.price + (bound.total - first) * cheap + bound.ms * perMs(price));
}

export function isForTime(price: Price): boolean {
  return perMs(price) > 0;
}

export function isForTokens({ input = 0, output = 0 }: Price): boolean {
  return input > 0 || output > 0;
}

/** The price of a model: by its whole name, else by the longest beginning with a `*`. */
export function findPrice(list: PriceList | undefined, model: string): Price | undefined {
  if (!list) return undefined;
  const names = [model, model.replace(/:latest$/, "")];
  const exact = names.map((name) => list.models[name]).find((found) => found !== undefined);
  if (exact) return exact;
  const [best] = Object.entries(list.models)
    .filter(([name]) => name.endsWith("*") && model.startsWith(name.slice(0, -1)))
    .toSorted(([left], [right]) => right.length - left.length);
  return best?.[1];
}

// 1,000,000 millionths in an hour of 3,600,000 milliseconds.
function perMs({ perHour = 0, perSecond = 0 }: Price): number {
  return (perHour * 1e6) / 3_600_000 + perSecond * 1_000;
}
