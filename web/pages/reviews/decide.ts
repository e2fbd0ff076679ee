import { tutti } from "../../data/api.ts";
import type { Verdict } from "./verdict.ts";

export async function decide(id: string, verdict: Verdict): Promise<void> {
  if (verdict.kind === "approve") {
    const { payload, comment } = verdict;
    await tutti.review.approve({ id, ...(payload === undefined ? {} : { payload }), ...(comment ? { comment } : {}) });
  } else if (verdict.kind === "reject") {
    await tutti.review.reject({ id, reason: verdict.reason });
  } else {
    await tutti.review.answer({ id, answer: verdict.answer });
  }
}
