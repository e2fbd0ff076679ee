import type { Analysis } from "./analyse.ts";
import type { Finding } from "./finding.ts";
import type { ModelReview } from "./model-review.ts";

/** The finished review, as the report and the summary tell it. */
export interface Review extends Omit<Analysis, "questions"> {
  readonly repository: string;
  readonly range: string;
  /** `null`: the repository has no commit. */
  readonly head: string | null;
  readonly notes: readonly string[];
  /** Of rules and model together, most severe first. */
  readonly findings: readonly Finding[];
  readonly model: ModelReview;
}

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** What was looked at, in one sentence. */
export function describeScope(review: Review): string {
  if (review.head === null)
    return "This repository has no commit yet, so there is nothing to review. Make the first one and run again.";
  if (review.commits.length === 0 && review.files.length === 0)
    return `The range (${review.range}) is empty: nothing changed.`;
  const added = review.files.reduce((sum, file) => sum + (file.added ?? 0), 0);
  const deleted = review.files.reduce((sum, file) => sum + (file.deleted ?? 0), 0);
  const commits = `${plural(review.commits.length, "commit")} changed ${plural(review.files.length, "file")}`;
  return `${commits} (+${added} −${deleted}): ${review.range}, up to ${review.head.slice(0, 7)}.`;
}

export function describeModel({ reviewed, skipped, claims, dropped, notes, model }: ModelReview): string {
  if (skipped) return `No model review: ${withStop(skipped.reason)} ${withStop(skipped.hint)}`;
  if (reviewed === 0)
    return `The model ${model} gave no usable review: ${withStop(notes[0] ?? "no file was asked about")}`;
  const left = dropped === 0 ? "" : `; ${plural(dropped, "claim")} about lines outside the change dropped`;
  return `The model ${model} read ${plural(reviewed, "risky file")} and made ${plural(claims.length, "claim")}${left}.`;
}

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
