import { countBySeverity, foldByFile, place } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { visible } from "./markdown.ts";
import { countDependencies, describeModel, describeScope, describeSpot } from "./review.ts";
import type { Review } from "./review.ts";

// Twelve lines in all: what is surely wrong, what a model says, where to look, and one line for each of the rest.
const placesShown = 6;
const claimsShown = 2;
const lowShown = 1;
const notesShown = 1;
const longestLine = 160;

/** The essence for a terminal: at most twelve lines, the most valuable first. */
export function summarise(review: Review, report: string): string {
  const lines = [describeScope(review)];
  if (review.head !== null && review.files.length > 0) {
    const { skipped } = review.model;
    lines.push(
      ...tellPlaces(review),
      countDependencies(review.dependencies),
      // How to have one is told below, where the command lists what was skipped.
      skipped ? `No model review: ${skipped.reason}.` : describeModel(review.model),
    );
  }
  lines.push(...review.notes.slice(0, notesShown));
  if (report !== "") lines.push(`Report: ${report}`);
  return lines
    .filter((line) => line !== "")
    .map((line) => shorten(visible(line)))
    .join("\n");
}

function tellPlaces({ findings, hotSpots }: Review): string[] {
  const claims = findings.filter(({ kind }) => kind === "model").slice(0, claimsShown);
  const rules = foldByFile(findings.filter(({ kind }) => kind !== "model"));
  const grave = rules.filter(({ severity }) => severity !== "low");
  const low = rules.filter(({ severity }) => severity === "low").slice(0, grave.length === 0 ? lowShown + 1 : lowShown);
  const spotsKept = Math.min(hotSpots.length, 1);
  const found = [...grave, ...claims, ...low].slice(0, placesShown - spotsKept);
  const spots = hotSpots.slice(0, Math.min(3, placesShown - found.length));
  return [
    findings.length === 0 ? "No findings." : `Findings: ${countBySeverity(findings)}.`,
    ...found.map(tell),
    ...spots.map((spot) => `  hot spot: ${place(spot)} ${describeSpot(spot)}`),
  ];
}

function tell(finding: Finding): string {
  if (finding.kind === "model") return `  model says ${finding.severity}: ${place(finding)} ${finding.title}`;
  const detail = finding.severity === "low" ? "" : `: ${finding.detail}`;
  return `  ${finding.severity}: ${place(finding)} ${finding.title}${detail}`;
}

const shorten = (line: string): string => (line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line);
