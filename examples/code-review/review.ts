import type { Analysis } from "./analyse.ts";
import type { DependencyChange } from "./dependency.ts";
import type { Finding } from "./finding.ts";
import type { HotSpot } from "./hot-spot.ts";
import type { ModelReview } from "./model-review.ts";

/** The finished review, as the report and the summary tell it. */
export interface Review extends Omit<Analysis, "questions"> {
  readonly repository: string;
  readonly range: string;
  /** What the head is compared with: a commit, or the empty tree. */
  readonly base: string | null;
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
  const left = dropped === 0 ? "" : `; ${plural(dropped, "claim")} dropped: not about a changed line, or said before`;
  const claimed =
    claims.length === 0 ? "claims nothing" : `makes ${plural(claims.length, "claim")} that nobody has checked`;
  return `The model ${model} read ${plural(reviewed, "risky file")} and ${claimed}${left}.`;
}

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

export function describeSpot({ churn, sizeKilobytes, changedLines, isTestTouched }: HotSpot): string {
  const tests = isTestTouched ? "a test changed with it" : "no test touched";
  return `${plural(changedLines, "line")} changed, ${plural(churn, "commit")}, ${sizeKilobytes} kB, ${tests}`;
}

const namesShown = 3;

/** The changes of dependencies in one sentence, some by name, written by `write`; "" for none. */
export function countDependencies(
  dependencies: readonly DependencyChange[],
  write: (name: string) => string = (name) => name,
): string {
  if (dependencies.length === 0) return "";
  const groups = [
    { word: "major", of: dependencies.filter(({ step }) => step === "major") },
    { word: "downgraded", of: dependencies.filter(({ step }) => step === "downgrade") },
    { word: "added", of: dependencies.filter(({ kind }) => kind === "added") },
    { word: "removed", of: dependencies.filter(({ kind }) => kind === "removed") },
    { word: "changed", of: dependencies.filter(({ kind, step }) => kind === "changed" && !isRisky(step)) },
  ];
  const parts = groups
    .filter(({ of }) => of.length > 0)
    .map(({ word, of }) => `${of.length} ${word} (${nameSome(of, write)})`);
  return `Dependencies: ${parts.join(", ")}.`;
}

const isRisky = (step: DependencyChange["step"]): boolean => step === "major" || step === "downgrade";

function nameSome(of: readonly DependencyChange[], write: (name: string) => string): string {
  const names = [...new Set(of.map(({ name }) => name))];
  return `${names.slice(0, namesShown).map(write).join(", ")}${names.length > namesShown ? ", …" : ""}`;
}
