import type { Decision, Review } from "./review.ts";
import type { WaitOutcome } from "./wait-settler.ts";

/** What the step that asked is told. */
export function outcomeOf({ id, title }: Pick<Review, "id" | "title">, decision: Decision): WaitOutcome {
  if (decision.verdict !== "rejected") return { status: "succeeded", result: decision };
  const { reason, by, at } = decision;
  const message = `"${title}" was rejected${reason ? `: ${reason}` : ""}`;
  return { status: "failed", code: "review.rejected", message, data: { review: id, reason, by, at } };
}
