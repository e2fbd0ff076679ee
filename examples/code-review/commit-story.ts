import { baseName, folderOf } from "./file-kind.ts";
import { roleOf } from "./file-role.ts";
import { compare } from "./finding.ts";
import type { Commit } from "./history.ts";
import type { SourceMarks } from "./source-mark.ts";

export interface LineSum {
  readonly files: number;
  readonly added: number;
  readonly deleted: number;
}

export interface FolderStory extends LineSum {
  readonly folder: string;
  /** The largest ones. */
  readonly largest: readonly { readonly name: string; readonly added: number; readonly deleted: number }[];
}

/** A commit as a reader wants it: why, and where it changed how much. */
export interface ReviewedCommit extends LineSum {
  readonly id: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string;
  /** The first paragraph below the subject. */
  readonly reason: string;
  readonly isMerge: boolean;
  /** What tools wrote, lock files too; not part of the other figures. */
  readonly generated: LineSum;
  /** The largest folders of the largest commits. */
  readonly folders: readonly FolderStory[];
}

// More is not read; git shows it whole.
const commitsWithFolders = 40;
const foldersNamed = 5;
const filesNamed = 4;

/** Newest first, as git tells them. */
export function tellCommits(range: readonly Commit[], marks: SourceMarks): ReviewedCommit[] {
  const told = range.map((commit) => tellCommit(commit, marks));
  const largest = told.toSorted((a, b) => lines(b) - lines(a)).slice(0, commitsWithFolders);
  const named = new Set(largest.map(({ id }) => id));
  return told.map((commit) => (named.has(commit.id) ? commit : withoutFolders(commit)));
}

const withoutFolders = (commit: ReviewedCommit): ReviewedCommit => ({ ...commit, folders: [] });

function tellCommit({ id, author, date, subject, reason, isMerge, files }: Commit, marks: SourceMarks): ReviewedCommit {
  const [byTools, byPeople] = split(files, ({ path }) => roleOf(path, marks) === "generated");
  const generated = sumOf(byTools);
  return { id, author, date, subject, reason, isMerge, ...sumOf(byPeople), generated, folders: tellFolders(byPeople) };
}

function split<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

type Counted = { readonly path: string; readonly added: number | null; readonly deleted: number | null };

export const lines = ({ added, deleted }: { added: number | null; deleted: number | null }): number =>
  (added ?? 0) + (deleted ?? 0);

export function sumOf(files: readonly Counted[]): LineSum {
  const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
  return { files: files.length, added, deleted: files.reduce((sum, file) => sum + (file.deleted ?? 0), 0) };
}

function tellFolders(files: readonly Counted[]): FolderStory[] {
  return [...Map.groupBy(files, ({ path }) => folderOf(path))]
    .map(([folder, inside]) => tellFolder(folder, inside))
    .toSorted((a, b) => lines(b) - lines(a) || compare(a.folder, b.folder))
    .slice(0, foldersNamed);
}

function tellFolder(folder: string, inside: readonly Counted[]): FolderStory {
  const largest = inside
    .toSorted((a, b) => lines(b) - lines(a) || compare(a.path, b.path))
    .slice(0, filesNamed)
    .map(({ path, added, deleted }) => ({ name: baseName(path), added: added ?? 0, deleted: deleted ?? 0 }));
  return { folder, ...sumOf(inside), largest };
}
