import type { EpochUs, SpanEvent } from "../record.ts";

/**
 * What was done to make a prompt fit and to an answer before it was taken, as the result of a model's step has it. It is
 * done around the calls, which have spans of their own, so it is told on the step.
 */
export function answerEvents(result: unknown, at: EpochUs): readonly SpanEvent[] {
  if (typeof result !== "object" || result === null || !("finishReason" in result)) return none;
  const answer = new Map<string, unknown>(Object.entries(result));
  const repairs = answer.get("repairs");
  return [
    ...eventOf("tutti.model.compacted", answer.get("compacted"), at),
    ...eventOf("tutti.model.grown", answer.get("grown"), at),
    ...(Array.isArray(repairs) ? repairs.flatMap((repair) => eventOf("tutti.model.repaired", repair, at)) : none),
  ];
}

const none: readonly SpanEvent[] = [];

function eventOf(name: string, what: unknown, at: EpochUs): SpanEvent[] {
  if (typeof what !== "object" || what === null) return [];
  const attributes: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(what)) {
    // A repair's words for people may hold some of the answer, which is told only where content is.
    if (key !== "detail" && (typeof value === "string" || typeof value === "number")) attributes[key] = value;
  }
  return [{ name, at, attributes }];
}
