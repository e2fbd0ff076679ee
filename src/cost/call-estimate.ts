import type { ChatRequest } from "../models/chat-model.ts";
import { tokenBound, type TokenBound } from "../models/context/token-bound.ts";
import type { Budget } from "./budget.ts";
import type { Hold } from "./ledger.ts";
import { findPrice, isForTime, isForTokens, moneyBound, type Price, type PriceList } from "./price-list.ts";
import { unpriced } from "./refusal.ts";

export interface EstimateSettings {
  readonly prices: PriceList | undefined;
  readonly longestCallMs: number;
  readonly templateTokens: number;
}

/** The most that a call can cost. */
export interface Estimate {
  readonly model: string;
  readonly price: Price | undefined;
  readonly currency: string | undefined;
  readonly boundInput: number;
  /** As the call was asked for; null where nothing limits its answer. */
  readonly boundTokens: number | null;
  readonly boundMs: number;
  readonly boundMoney: number | null;
  /** The same where a budget sees to it that the answer is limited. */
  readonly kept: TokenBound & { readonly output: number; readonly total: number };
  readonly keptMoney: number;
  /** Tokens of context that the bound counts on; undefined where it does not. */
  readonly context: number | undefined;
  needsDeadline(holds: readonly Hold[]): boolean;
}

// A call that names no maxTokens, of a model whose context is not known, gets this much where a budget counts tokens.
const longestAnswer = 8_192;

export function estimate(
  request: ChatRequest,
  about: { readonly model: string; readonly contextTokens: number | undefined; readonly settings: EstimateSettings },
): Estimate {
  const { model, contextTokens, settings } = about;
  const bound = tokenBound(request, { contextTokens, templateTokens: settings.templateTokens });
  const output = bound.output ?? longestAnswer;
  const kept = { input: bound.input, output, total: bound.total ?? bound.input + output };
  const price = findPrice(settings.prices, model);
  const boundMs = settings.longestCallMs;
  const keptMoney = price ? moneyBound(price, { ...kept, ms: boundMs }) : 0;
  return {
    model,
    price,
    currency: settings.prices?.currency,
    boundInput: bound.input,
    boundTokens: bound.total,
    boundMs,
    boundMoney: price && (bound.total !== null || !isForTokens(price)) ? keptMoney : null,
    kept,
    keptMoney,
    context: kept.total < kept.input + kept.output ? contextTokens : undefined,
    needsDeadline: (holds) =>
      holds.some(
        ({ metric }) => metric === "seconds" || (metric === "money" && price !== undefined && isForTime(price)),
      ),
  };
}

/** What a budget must hold for the call; `budget.unpriced` where it counts money and there is no price. */
export function amountOf(budget: Budget, { model, kept, keptMoney, boundMs, price, currency }: Estimate): number {
  switch (budget.metric) {
    case "tokens":
      return kept.total;
    case "calls":
      return 1;
    case "seconds":
      return boundMs;
    default:
      if (!price || currency !== budget.currency) throw unpriced(budget, model);
      return keptMoney;
  }
}

/** The request as a budget needs it: with the limits that its bound counts on. */
export function keptTo(request: ChatRequest, { kept, context }: Estimate, holds: readonly Hold[]): ChatRequest {
  const countsTokens = holds.some(({ metric }) => metric === "tokens" || metric === "money");
  if (!countsTokens) return request;
  const { options = {} } = request;
  const maxTokens = options.maxTokens ?? kept.output;
  return {
    ...request,
    options: { ...options, maxTokens, ...(context === undefined ? {} : { numCtx: options.numCtx ?? context }) },
  };
}
