import type { ReviewedFile } from "./analyse.ts";
import { folderOf } from "./file-kind.ts";
import { compare, countBySeverity, place } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { code, escapeText, table } from "./markdown.ts";
import { describeModel, describeScope, plural } from "./review.ts";
import type { Review } from "./review.ts";

// Beyond these a table is no longer read; the flow's output holds every row.
const findingsShown = 200;
const filesShown = 100;
const foldersShown = 30;
const commitsShown = 50;
const subjectsShown = 3;

/** The review as Markdown. The same review gives the same text. */
export function writeReport(review: Review): string {
  const head = [`# Code review: ${code(review.repository)}`, escapeText(describeScope(review)), notes(review.notes)];
  const isEmpty = review.head === null || (review.files.length === 0 && review.commits.length === 0);
  const sections = isEmpty
    ? head
    : [
        ...head,
        ...essence(review),
        ...findings(review.findings),
        ...files(review.files),
        ...hotSpots(review),
        ...dependencies(review),
        ...model(review),
        ...commits(review),
      ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

const notes = (texts: readonly string[]): string => texts.map((text) => `> ${escapeText(text)}`).join("\n>\n");

function essence(review: Review): string[] {
  const [worst] = review.findings;
  const found = worst
    ? `${plural(review.findings.length, "finding")} (${countBySeverity(review.findings)}); look first at ${code(place(worst))}: ${escapeText(worst.title)}.`
    : "No findings: no leftovers, no likely secrets, no odd dependencies in the added lines.";
  return [`- ${found}\n- ${heat(review)}\n- ${escapeText(describeModel(review.model))}`];
}

function heat({ hotSpots: [hottest] }: Review): string {
  if (!hottest) return "No hot spot: no changed source file has three or more commits in the history that was read.";
  return `Hottest changed file: ${code(hottest.file)}, ${plural(hottest.churn, "commit")}, ${hottest.sizeKilobytes} kB, ${tests(hottest.isTestTouched)}.`;
}

const tests = (isTestTouched: boolean): string =>
  isTestTouched ? "with a test in the same change" : "no test touched";

function findings(all: readonly Finding[]): string[] {
  if (all.length === 0) return [];
  const rows = all
    .slice(0, findingsShown)
    .map((finding) => [
      finding.severity,
      code(place(finding)),
      escapeText(finding.title),
      escapeText(finding.detail),
      escapeText(finding.source),
    ]);
  const head = ["Severity", "Place", "What", "Detail", "Says"];
  return ["## Findings", table(head, rows), more(all.length - findingsShown, "finding")];
}

const more = (count: number, word: string): string =>
  count > 0 ? `… and ${count} more ${word}${count === 1 ? "" : "s"}, all of them in the output of the run.` : "";

function files(all: readonly ReviewedFile[]): string[] {
  if (all.length === 0) return ["## What changed and why", "No file differs between the two ends."];
  // The largest changes one by one, the others by their folder: a table of a thousand rows tells nothing.
  const shown = new Set(all.toSorted((a, b) => size(b) - size(a) || compare(a.path, b.path)).slice(0, filesShown));
  const rows = all
    .filter((file) => shown.has(file))
    .map((file) => [code(file.path), what(file), lineCounts(file), why(file.why)]);
  const rest = all.filter((file) => !shown.has(file));
  return ["## What changed and why", table(["File", "Change", "Lines", "Why"], rows), folders(rest)];
}

const size = ({ added, deleted }: ReviewedFile): number => (added ?? 0) + (deleted ?? 0);

function folders(rest: readonly ReviewedFile[]): string {
  if (rest.length === 0) return "";
  const rows = [...Map.groupBy(rest, ({ path }) => folderOf(path) || "./")]
    .toSorted(([a, inA], [b, inB]) => inB.length - inA.length || compare(a, b))
    .slice(0, foldersShown)
    .map(([folder, inside]) => [
      code(folder),
      plural(inside.length, "file"),
      `${inside.reduce((sum, file) => sum + size(file), 0)}`,
    ]);
  const text = `${plural(rest.length, "smaller change")}, by folder; each of them is in the output of the run:`;
  return `${text}\n\n${table(["Folder", "Files", "Changed lines"], rows)}`;
}

function what({ kind, from, remark }: ReviewedFile): string {
  const origin = from === null ? "" : ` from ${code(from)}`;
  return `${kind}${origin}${remark === "" ? "" : `; ${escapeText(remark)}`}`;
}

const lineCounts = ({ added, deleted }: ReviewedFile): string =>
  added === null ? "binary" : `+${added} −${deleted ?? 0}`;

function why(subjects: readonly string[]): string {
  const shown = subjects.slice(0, subjectsShown).map(escapeText);
  const rest = subjects.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}

function hotSpots(review: Review): string[] {
  if (review.hotSpots.length === 0) return [];
  const rows = review.hotSpots.map((spot) => [
    code(spot.file),
    `${spot.score}`,
    plural(spot.churn, "commit"),
    `${spot.sizeKilobytes} kB`,
    spot.isTestTouched ? "1 (a test changed too)" : "2 (no test touched)",
  ]);
  const reason =
    "Files that change often, are large and change without a test are where the next fault is most likely. Score = churn in the last 500 commits × size × 2 where no commit of this range that changed the file changed a test.";
  return ["## Hot spots", reason, table(["File", "Score", "Churn", "Size", "Tests"], rows)];
}

const version = (text: string | null): string => (text === null ? "–" : code(text));

function dependencies(review: Review): string[] {
  if (review.dependencies.length === 0) return [];
  const rows = review.dependencies.map(({ file, name, kind, before, after }) => [
    code(file),
    code(name),
    kind,
    version(before),
    version(after),
  ]);
  return ["## Dependencies", table(["File", "Package", "Change", "Before", "After"], rows)];
}

function model({ model: review }: Review): string[] {
  const claims =
    review.claims.length === 0
      ? ""
      : "Its claims stand among the findings under its name. Nobody has checked them but for the place: each lies in a changed part of its file.";
  return [
    "## Model review",
    escapeText(describeModel(review)),
    claims,
    review.notes.map((note) => `- ${escapeText(note)}`).join("\n"),
  ];
}

function commits(review: Review): string[] {
  const rows = review.commits
    .slice(0, commitsShown)
    .map(({ id, date, author, subject }) => [
      code(id.slice(0, 7)),
      date.slice(0, 10),
      escapeText(author),
      escapeText(subject),
    ]);
  if (rows.length === 0) return [];
  return [
    "## Commits",
    table(["Commit", "Date", "Author", "Subject"], rows),
    more(review.commits.length - commitsShown, "commit"),
  ];
}
