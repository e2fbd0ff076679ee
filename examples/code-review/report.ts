import { countBySeverity, foldByFile, place } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { HotSpot } from "./hot-spot.ts";
import { code, escapeText } from "./markdown.ts";
import { writeChanges } from "./report-changes.ts";
import { writeDependencies, writeFindings, writeHotSpots, writeModel } from "./report-sections.ts";
import { countDependencies, describeModel, describeScope, describeSpot, plural } from "./review.ts";
import type { Review } from "./review.ts";

/** The first line of every report: what has it may be replaced by the next one. */
export const reportMark = "<!-- tutti code-review -->";

/** The review as Markdown. The same review gives the same text. */
export function writeReport(review: Review): string {
  const isEmpty = review.head === null || (review.files.length === 0 && review.commits.length === 0);
  const head = [
    `# Code review: ${code(review.repository)}`,
    escapeText(describeScope(review)),
    review.notes.map((text) => `> ${escapeText(text)}`).join("\n>\n"),
  ];
  const sections = isEmpty
    ? head
    : [
        ...head,
        ...lookFirst(review),
        ...writeFindings(review.findings),
        ...writeHotSpots(review.hotSpots),
        ...writeDependencies(review.dependencies),
        ...writeChanges(review),
        ...writeModel(review),
      ];
  return `${[reportMark, ...sections.filter((section) => section !== "")].join("\n\n")}\n`;
}

const placesFirst = 8;
const spotsFirst = 3;

/** Where an experienced reader would begin: what is surely wrong, then where faults are likely. */
function lookFirst({ findings, hotSpots, dependencies, model }: Review): string[] {
  const surely = findings.filter(({ severity, kind }) => severity !== "low" && kind !== "model");
  const grave = foldByFile(surely).slice(0, placesFirst);
  const spots = hotSpots.slice(0, Math.max(spotsFirst, placesFirst - grave.length - spotsFirst));
  const places = [...grave.map(tellFinding), ...spots.map(tellSpot)];
  const found =
    findings.length === 0
      ? "No findings: no leftovers, no likely secrets, no odd dependencies in the added lines."
      : `${plural(findings.length, "finding")}: ${countBySeverity(findings)}.`;
  const about = [escapeText(found), countDependencies(dependencies, code), escapeText(describeModel(model))];
  return [
    "## Look here first",
    places.map((text, index) => `${index + 1}. ${text}`).join("\n"),
    about
      .filter((text) => text !== "")
      .map((text) => `- ${text}`)
      .join("\n"),
  ];
}

const tellFinding = (finding: Finding): string =>
  `${code(place(finding))}: **${finding.severity}**, ${escapeText(finding.title)}. ${escapeText(finding.detail)}`;

const tellSpot = (spot: HotSpot): string => `${code(place(spot))}: hot spot, ${escapeText(describeSpot(spot))}`;
