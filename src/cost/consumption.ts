import { TuttiError } from "../core/error.ts";
import type { ChatAnswer } from "../models/chat-model.ts";
import { modelName } from "./budget.ts";
import type { Hold, Settlement } from "./ledger.ts";
import { moneyOf, type Price } from "./price-list.ts";

/** What was reserved for a call. */
export interface Reserved {
  readonly id: string;
  readonly model: string;
  readonly price: Price | undefined;
  readonly boundInput: number;
  readonly boundTokens: number | null;
  readonly boundMs: number;
  readonly boundMoney: number | null;
  readonly holds: readonly Hold[];
}

const nothingKnown = {
  input: null,
  output: null,
  cached: null,
  reasoning: null,
  queueMs: null,
  loadMs: null,
  promptMs: null,
  generateMs: null,
  totalMs: null,
  money: null,
} as const;

/** A call that was answered. A prompt of no tokens is one whose count the server has kept to itself. */
export function answered(reserved: Reserved, answer: ChatAnswer, endedAt: number): Settlement {
  const { usage, timings } = answer;
  const input = positive(usage.inputTokens);
  const output = Number.isFinite(usage.outputTokens) ? usage.outputTokens : null;
  const totalMs = round(timings.totalMs);
  const isKnown = input !== null && output !== null;
  const ms = totalMs ?? reserved.boundMs;
  const money =
    isKnown && reserved.price
      ? moneyOf(reserved.price, { input, output, cached: usage.cachedTokens, ms })
      : reserved.boundMoney;
  return {
    id: reserved.id,
    model: modelName(answer.model),
    endedAt,
    input,
    output,
    cached: usage.cachedTokens ?? null,
    reasoning: usage.reasoningTokens ?? null,
    queueMs: round(timings.queueMs),
    loadMs: round(timings.loadMs),
    promptMs: round(timings.promptMs),
    generateMs: round(timings.generateMs),
    totalMs,
    money: reserved.price ? money : null,
    isEstimated: !isKnown,
    charged: {
      calls: 1,
      tokens: isKnown ? input + output : reserved.boundTokens,
      seconds: ms,
      money: reserved.price ? money : null,
    },
    holds: reserved.holds,
  };
}

/** A call that ended badly: nothing where nothing was sent, what the failure tells, else all that it might have taken. */
export function failed(reserved: Reserved, { error, hasBegun, tookMs, endedAt }: FailedCall): Settlement {
  if (!hasBegun && wasNotSent(error)) return nothingTaken(reserved, endedAt);
  const used = usedBy(error);
  const tokens = used === null ? reserved.boundTokens : Math.min(used, reserved.boundTokens ?? used);
  return {
    ...cutOff(reserved, endedAt),
    totalMs: Math.round(tookMs),
    charged: { calls: 1, tokens, seconds: Math.round(tookMs), money: reserved.boundMoney },
  };
}

export interface FailedCall {
  readonly error: unknown;
  /** Something of the answer had come. */
  readonly hasBegun: boolean;
  readonly tookMs: number;
  readonly endedAt: number;
}

/** A call of which nothing is known but that it was begun. */
export function cutOff(reserved: Omit<Reserved, "price">, endedAt: number): Settlement {
  const { id, model, boundTokens, boundMs, boundMoney, holds } = reserved;
  return {
    ...nothingKnown,
    id,
    model,
    endedAt,
    money: boundMoney,
    isEstimated: true,
    charged: { calls: 1, tokens: boundTokens, seconds: boundMs, money: boundMoney },
    holds,
  };
}

function nothingTaken({ id, model, price, holds }: Reserved, endedAt: number): Settlement {
  const money = price ? 0 : null;
  return {
    ...nothingKnown,
    id,
    model,
    endedAt,
    input: 0,
    output: 0,
    money,
    isEstimated: false,
    charged: { calls: 0, tokens: 0, seconds: 0, money },
    holds,
  };
}

/** Failures that come before a model has read anything. */
function wasNotSent(error: unknown): boolean {
  if (!(error instanceof TuttiError)) return false;
  const data = error.data;
  const has = (key: string): boolean => typeof data === "object" && data !== null && key in data;
  switch (error.code) {
    case "model.missing":
    case "usage.invalid":
      return true;
    case "model.bad_answer":
      // Refused as it stands: no tools, no thinking, a schema that cannot be.
      return isClientError(data);
    case "model.context_overflow":
      return !has("used");
    case "model.aborted":
      return typeof data === "object" && data !== null && "isSent" in data && data.isSent === false;
    case "model.unreachable":
      if (has("deadline")) return false;
      return has("status") || error.cause === undefined || wasRefused(error.cause);
    default:
      return false;
  }
}

function isClientError(data: unknown): boolean {
  if (typeof data !== "object" || data === null || !("status" in data)) return false;
  return typeof data.status === "number" && data.status >= 400 && data.status < 500;
}

function wasRefused(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if ("code" in cause && ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(String(cause.code))) return true;
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
  return wasRefused(inner);
}

function usedBy(error: unknown): number | null {
  if (!(error instanceof TuttiError) || error.code !== "model.context_overflow") return null;
  const { data } = error;
  return typeof data === "object" && data !== null && "used" in data && typeof data.used === "number"
    ? data.used
    : null;
}

function positive(count: number): number | null {
  return Number.isFinite(count) && count > 0 ? count : null;
}

function round(ms: number | undefined): number | null {
  return ms === undefined || !Number.isFinite(ms) ? null : Math.round(ms);
}
