import type { CallTime } from "./port.ts";
import type { Phase, Span, SpanTokens } from "./span.ts";

/**
 * A model call's time in its order: in line, loading, reading the prompt, and the rest, which is writing the answer. The
 * durations are measured; where one begins follows from those before it.
 */
export function callPhases({ beganAt, endedAt, queueMs, loadMs, promptMs }: CallTime): Phase[] {
  if (endedAt === null) return [{ kind: "work", from: beganAt, to: null }];
  const phases: Phase[] = [];
  let from = beganAt;
  for (const [kind, ms] of [
    ["queued", queueMs],
    ["load", loadMs],
    ["prompt", promptMs],
  ] as const) {
    // Clocks of two machines may disagree about the last millisecond.
    const to = Math.min(endedAt, from + (ms ?? 0));
    if (to > from) phases.push({ kind, from, to });
    from = to;
  }
  if (endedAt > from || phases.length === 0) phases.push({ kind: "work", from, to: endedAt });
  return phases;
}

/** What calls have used together; null where nothing is known. A bound is no count. */
export function tokensOf(calls: readonly CallTime[]): SpanTokens | null {
  if (calls.length === 0) return null;
  const counted = calls.filter(({ input, output }) => input !== null && output !== null);
  if (counted.length === 0) return null;
  return {
    input: total(counted, "input") ?? 0,
    cached: total(counted, "cached"),
    output: total(counted, "output") ?? 0,
    reasoning: total(counted, "reasoning"),
  };
}

export function costOf(calls: readonly CallTime[]): Span["cost"] {
  if (calls.length === 0) return null;
  const priced = calls.filter(
    ({ money, currency, isEstimated }) => money !== null && currency !== null && !isEstimated,
  );
  const currency = priced[0]?.currency ?? null;
  if (currency === null) return null;
  const same = priced.filter((call) => call.currency === currency);
  return { money: (total(same, "money") ?? 0) / 1e6, currency };
}

export function addTokens(all: readonly (SpanTokens | null)[]): SpanTokens | null {
  if (all.length === 0) return null;
  const known = all.filter((tokens) => tokens !== null);
  if (known.length === 0) return null;
  return {
    input: known.reduce((sum, { input }) => sum + input, 0),
    cached: addKnown(known.map(({ cached }) => cached)),
    output: known.reduce((sum, { output }) => sum + output, 0),
    reasoning: addKnown(known.map(({ reasoning }) => reasoning)),
  };
}

export function addCosts(all: readonly Span["cost"][]): Span["cost"] {
  if (all.length === 0) return null;
  const known = all.filter((cost) => cost !== null);
  const [first] = known;
  if (!first) return null;
  const money = known.filter(({ currency }) => currency === first.currency).reduce((sum, one) => sum + one.money, 0);
  return { money, currency: first.currency };
}

function total(calls: readonly CallTime[], key: "input" | "cached" | "output" | "reasoning" | "money"): number | null {
  return addKnown(calls.map((call) => call[key]));
}

function addKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
