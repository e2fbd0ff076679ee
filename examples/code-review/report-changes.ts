import type { ReviewedFile } from "./changed-file.ts";
import { lines, sumOf } from "./commit-story.ts";
import type { FolderStory, LineSum, ReviewedCommit } from "./commit-story.ts";
import { baseName, folderOf } from "./file-kind.ts";
import { compare } from "./finding.ts";
import { code, escapeText, table } from "./markdown.ts";
import { inOutput } from "./report-sections.ts";
import { plural } from "./review.ts";
import type { Review } from "./review.ts";

// What fits on a few screens: the story of the large commits, one line for the others, the folders.
const commitsTold = 12;
const commitsListed = 40;
const foldersShown = 20;
const filesOfFolder = 4;
const commitsOfFile = 2;

/** Why, said once for each commit; then what came of it, by folder. Both largest first. */
export function writeChanges(review: Review): string[] {
  return ["## What changed and why", ...writeCommits(review), ...writeFolders(review)];
}

function writeCommits({ commits, base, head, files }: Review): string[] {
  const merges = commits.filter(({ isMerge }) => isMerge);
  const ranked = commits
    .filter(({ isMerge }) => !isMerge)
    .toSorted((a, b) => lines(b) - lines(a) || lines(b.generated) - lines(a.generated));
  const told = ranked.slice(0, commitsTold).map((commit) => tell(commit, ranked.length > 1));
  const listed = ranked.slice(commitsTold, commitsTold + commitsListed).map(list);
  const left = ranked.length - told.length - listed.length;
  const inMerge = files.filter(({ commits: own }) => own.length === 0).length;
  const rest = [
    merges.length > 0
      ? `${plural(merges.length, "merge")}: what they brought stands with the commits that they merged.`
      : "",
    merges.length > 0 && inMerge > 0
      ? `${plural(inMerge, "file")} changed in a merge itself: look at those with care.`
      : "",
    left > 0
      ? `${plural(left, "smaller commit")} left out: ${code(`git log --stat ${span(base, head)}`)} shows them.`
      : "",
  ];
  return [...told, listed.join("\n"), rest.filter((text) => text !== "").join("\n\n")];
}

const span = (base: string | null, head: string | null): string => `${base?.slice(0, 10)}..${head?.slice(0, 10)}`;

function tell(commit: ReviewedCommit, hasFolders: boolean): string {
  const about = `${counts(commit)}, by ${escapeText(commit.author)} on ${commit.date.slice(0, 10)}`;
  const parts = [
    `### ${code(commit.id.slice(0, 7))} ${escapeText(commit.subject)}`,
    commit.reason === "" ? `${about}.` : `${about}. ${escapeText(commit.reason)}`,
    hasFolders ? commit.folders.map(tellFolder).join("\n") : "",
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

const list = (commit: ReviewedCommit): string =>
  `- ${code(commit.id.slice(0, 7))} ${escapeText(commit.subject)} (${counts(commit)})`;

function counts(commit: ReviewedCommit): string {
  const own = commit.files > 0 ? [describeSum(commit)] : [];
  const generated = commit.generated.files > 0 ? [`${describeSum(commit.generated)} by tools`] : [];
  return [...own, ...generated].join(" and ") || "no file";
}

const describeSum = (sum: LineSum): string => `+${sum.added} −${sum.deleted} in ${plural(sum.files, "file")}`;

function tellFolder({ folder, largest, ...sum }: FolderStory): string {
  const named = largest.map(({ name, added, deleted }) => `${code(name)} +${added} −${deleted}`);
  const rest = sum.files - named.length;
  return `- ${code(folder || "./")}: ${named.join(", ")}${rest > 0 ? `, and ${plural(rest, "more file")}` : ""}`;
}

function writeFolders(review: Review): string[] {
  if (review.files.length === 0) return ["No file differs between the two ends."];
  const byPeople = review.files.filter(({ role }) => role !== "generated");
  const folders = [...Map.groupBy(byPeople, ({ path }) => folderOf(path))].toSorted(
    ([a, inA], [b, inB]) => lines(sumOf(inB)) - lines(sumOf(inA)) || compare(a, b),
  );
  const rows = folders
    .slice(0, foldersShown)
    .map(([folder, inside]) => [code(folder || "./"), describeSum(sumOf(inside)), largestFiles(inside)]);
  const left = folders.slice(foldersShown).flatMap(([, inside]) => inside);
  return [
    "### By folder",
    rows.length === 0 ? "" : table(["Folder", "Lines", "Largest changes, with their commits"], rows),
    foldGenerated(review.files.filter(({ role }) => role === "generated")),
    left.length === 0
      ? ""
      : `Left out: ${describeSum(sumOf(left))} of ${plural(folders.length - foldersShown, "smaller folder")}.`,
    `${code(`git diff --stat ${span(review.base, review.head).replace("..", " ")}`)} lists every file; ${inOutput}, with the reasons.`,
  ];
}

function largestFiles(files: readonly ReviewedFile[]): string {
  const sorted = files.toSorted((a, b) => lines(b) - lines(a) || compare(a.path, b.path));
  const named = sorted.slice(0, filesOfFolder).map(tellFile);
  const rest = files.length - named.length;
  return [...named, ...(rest > 0 ? [`and ${plural(rest, "more file")}`] : [])].join("; ");
}

function tellFile(file: ReviewedFile): string {
  const kind =
    file.kind === "modified"
      ? ""
      : ` ${file.kind === "added" ? "new" : file.kind}${file.from === null ? "" : ` from ${code(file.from)}`}`;
  const count = file.added === null ? "" : ` +${file.added} −${file.deleted ?? 0}`;
  const remark = file.remark === "" ? "" : `, ${escapeText(file.remark)}`;
  return `${code(baseName(file.path))}${kind}${count}${remark}${commitsOf(file)}`;
}

function commitsOf({ commits, why }: ReviewedFile): string {
  if (commits.length === 0) return why.length === 0 ? "" : ` (${why.map(escapeText).join(", ")})`;
  const rest = commits.length - commitsOfFile;
  return ` (${commits.slice(0, commitsOfFile).map(code).join(", ")}${rest > 0 ? ` and ${rest} more` : ""})`;
}

const generatedNamed = 5;

function foldGenerated(files: readonly ReviewedFile[]): string {
  if (files.length === 0) return "";
  const sorted = files.toSorted((a, b) => lines(b) - lines(a) || compare(a.path, b.path));
  const named = sorted.slice(0, generatedNamed).map(({ path }) => code(path));
  const rest = files.length - named.length;
  return `Written by tools or others, and not shown: ${describeSum(sumOf(files))}: ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`;
}
