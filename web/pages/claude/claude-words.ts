import { money, plural } from "../../data/format.ts";

export interface ClaudeTotals {
  readonly sessions: number;
  readonly calls: number;
  readonly toolCalls: number;
  readonly errors: number;
  readonly costUsd: number;
  readonly editsAccepted: number;
  readonly editsRejected: number;
}

/** Whether Claude Code has told anything at all. */
export function hasTold({ sessions, calls, toolCalls, costUsd }: ClaudeTotals): boolean {
  return sessions + calls + toolCalls + costUsd > 0;
}

/** The sentence that the page begins with. */
export function answerOf(totals: ClaudeTotals): string {
  if (!hasTold(totals)) return "Claude Code has told nothing in this time.";
  const { sessions, errors, costUsd } = totals;
  const wrong = errors === 0 ? "" : `; ${plural(errors, "error")}`;
  return `${plural(sessions, "session")}, ${money(costUsd)} at list prices${wrong}.`;
}

/** Of the edits that were decided on, how many were wanted; null where none was. */
export function acceptance({ editsAccepted, editsRejected }: ClaudeTotals): number | null {
  const decided = editsAccepted + editsRejected;
  return decided === 0 ? null : editsAccepted / decided;
}

/** Everything that a model has read, from its cache or not. */
export function readTokens(tokens: {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheCreation: number;
}): number {
  return tokens.input + tokens.cacheRead + tokens.cacheCreation;
}
