import { countBySeverity, place } from "./finding.ts";
import { visible } from "./markdown.ts";
import { describeModel, describeScope } from "./review.ts";
import type { Review } from "./review.ts";

const findingsShown = 5;
const notesShown = 1;
const longestLine = 160;

/** The essence for a terminal: at most twelve lines. */
export function summarise(review: Review, report: string): string {
  const { findings, hotSpots, dependencies } = review;
  const lines = [describeScope(review)];
  if (review.head !== null && review.files.length > 0) {
    lines.push(findings.length === 0 ? "No findings." : `Findings: ${countBySeverity(findings)}.`);
    lines.push(
      ...findings.slice(0, findingsShown).map(({ severity, title, ...at }) => `  ${severity}: ${place(at)} ${title}`),
    );
    const [hottest] = hotSpots;
    if (hottest)
      lines.push(
        `Hottest spot: ${hottest.file} (${hottest.churn} commits, ${hottest.sizeKilobytes} kB${hottest.isTestTouched ? "" : ", no test touched"}).`,
      );
    if (dependencies.length > 0) lines.push(`Dependencies: ${countKinds(dependencies)}.`);
    const { skipped } = review.model;
    // How to have one is told below, where the command lists what was skipped.
    lines.push(skipped ? `No model review: ${skipped.reason}.` : describeModel(review.model));
  }
  lines.push(...review.notes.slice(0, notesShown));
  if (report !== "") lines.push(`Report: ${report}`);
  return lines.map((line) => shorten(visible(line))).join("\n");
}

const shorten = (line: string): string => (line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line);

export function countKinds(dependencies: readonly { readonly kind: string }[]): string {
  return ["added", "changed", "removed"]
    .map((kind) => ({ kind, count: dependencies.filter((dependency) => dependency.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(", ");
}
