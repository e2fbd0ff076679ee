import type { DependencyChange } from "./dependency.ts";
import { place } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { HotSpot } from "./hot-spot.ts";
import { code, escapeText, table } from "./markdown.ts";
import { describeModel, plural } from "./review.ts";
import type { Review } from "./review.ts";

// Beyond these a table is no longer read; the flow's output holds every row.
const findingsShown = 60;
const placesNamed = 5;
const dependenciesShown = 40;

export const inOutput = "the output of the run has all of them (`tutti run get <run> --json`)";

export const more = (count: number, word: string): string =>
  count > 0 ? `… and ${plural(count, `more ${word}`)}; ${inOutput}.` : "";

/** One by one what is grave; the trifles by kind, as one decision settles all of a kind. */
export function writeFindings(all: readonly Finding[]): string[] {
  if (all.length === 0) return [];
  const [grave, low] = [all.filter((finding) => !isTrifle(finding)), all.filter(isTrifle)];
  const rows = grave
    .slice(0, findingsShown)
    .map((finding) => [
      finding.kind === "model" ? `${finding.severity}, claimed` : finding.severity,
      code(place(finding)),
      escapeText(finding.title),
      escapeText(finding.detail),
      escapeText(finding.source),
    ]);
  return [
    "## Findings",
    rows.length === 0 ? "" : table(["Severity", "Place", "What", "Detail", "Says"], rows),
    more(grave.length - findingsShown, "finding"),
    ...trifles(low),
  ];
}

const isTrifle = ({ severity, kind }: Finding): boolean => severity === "low" && kind !== "model";

function trifles(low: readonly Finding[]): string[] {
  if (low.length === 0) return [];
  const kinds = [...Map.groupBy(low, ({ title }) => title)].map(([title, group]) => {
    const named = group.slice(0, placesNamed).map((one) => `  - ${code(place(one))}: ${escapeText(one.detail)}`);
    const rest = group.length - named.length;
    return [`- ${escapeText(title)}: ${group.length}`, ...named, ...(rest > 0 ? [`  - and ${rest} more`] : [])].join(
      "\n",
    );
  });
  return ["### Low", kinds.join("\n")];
}

export function writeHotSpots(hotSpots: readonly HotSpot[]): string[] {
  if (hotSpots.length === 0) return [];
  const rows = hotSpots.map((spot) => [
    code(place(spot)),
    `${spot.score}`,
    plural(spot.churn, "commit"),
    `${spot.sizeKilobytes} kB`,
    `${spot.changedLines}`,
    spot.isTestTouched ? "changed too" : "not touched",
  ]);
  const reason =
    "Files that change often, are large and change without a test are where the next fault is most likely. Score: churn (commits of this range and of up to 500 before it) × size × log₂ of the lines changed here ÷ 4, twice where no test came along. The place is the largest change.";
  return ["## Hot spots", reason, table(["Place", "Score", "Churn", "Size", "Lines changed", "Test"], rows)];
}

const version = (text: string | null): string => (text === null ? "–" : code(text));

export function writeDependencies(dependencies: readonly DependencyChange[]): string[] {
  if (dependencies.length === 0) return [];
  const rows = dependencies
    .toSorted((a, b) => weigh(a) - weigh(b))
    .slice(0, dependenciesShown)
    .map(({ file, name, kind, step, before, after }) => [
      code(name),
      step === null ? kind : `${kind}: ${step}`,
      version(before),
      version(after),
      code(file),
    ]);
  const head = ["Package", "Change", "Before", "After", "File"];
  return ["## Dependencies", table(head, rows), more(dependencies.length - dependenciesShown, "change")];
}

// What can break comes first; what is only newer last.
function weigh({ kind, step }: DependencyChange): number {
  if (step === "major" || step === "downgrade") return 0;
  return kind === "added" ? 1 : kind === "removed" ? 2 : 3;
}

export function writeModel({ model }: Review): string[] {
  const claims =
    model.claims.length === 0
      ? ""
      : "Its claims stand among the findings under its name, behind what the rules saw. Nobody has checked them but for the place: each quotes a changed line of its file.";
  return [
    "## Model review",
    escapeText(describeModel(model)),
    claims,
    model.notes.map((note) => `- ${escapeText(note)}`).join("\n"),
  ];
}
