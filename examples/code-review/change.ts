export const changeKinds = ["added", "copied", "deleted", "modified", "renamed", "retyped"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** One file of a diff, without its lines. */
export interface FileChange {
  readonly path: string;
  /** Where it was renamed or copied from. */
  readonly from: string | null;
  readonly kind: ChangeKind;
  /** Lines; `null` for a binary file. */
  readonly added: number | null;
  readonly deleted: number | null;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: string;
  readonly newId: string;
}

const kindsByLetter: Readonly<Record<string, ChangeKind>> = {
  A: "added",
  C: "copied",
  D: "deleted",
  M: "modified",
  R: "renamed",
  T: "retyped",
};

export const submoduleMode = "160000";
export const isSubmodule = (change: FileChange): boolean =>
  change.newMode === submoduleMode || (change.kind === "deleted" && change.oldMode === submoduleMode);
export const isBinary = (change: FileChange): boolean => change.added === null;

/** Reads `git diff-tree -z --raw --numstat`: first all entries of the one form, then all of the other. */
export function parseChanges(output: string): FileChange[] {
  const tokens = output.split("\0");
  const changes: Omit<FileChange, "added" | "deleted">[] = [];
  const counts = new Map<string, LineCount>();
  let index = 0;
  while (index < tokens.length && tokens[index] !== "") {
    const token = tokens[index] ?? "";
    if (token.startsWith(":")) index += readRaw(tokens, index, changes);
    else index += readCount(tokens, index, (count) => counts.set(count.path, count));
  }
  return changes
    .map((change) => Object.assign(change, lineCount(counts.get(change.path))))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const lineCount = (count: LineCount | undefined): Pick<FileChange, "added" | "deleted"> =>
  count ? { added: count.added, deleted: count.deleted } : { added: 0, deleted: 0 };

function readRaw(tokens: readonly string[], index: number, into: Omit<FileChange, "added" | "deleted">[]): number {
  const [oldMode = "", newMode = "", oldId = "", newId = "", status = ""] = (tokens[index] ?? "").slice(1).split(" ");
  const kind = kindsByLetter[status[0] ?? ""] ?? "modified";
  const hasTwoPaths = kind === "renamed" || kind === "copied";
  const first = tokens[index + 1] ?? "";
  const path = hasTwoPaths ? (tokens[index + 2] ?? "") : first;
  into.push({ path, from: hasTwoPaths ? first : null, kind, oldMode, newMode, oldId, newId });
  return hasTwoPaths ? 3 : 2;
}

export interface LineCount {
  readonly path: string;
  readonly from: string | null;
  readonly added: number | null;
  readonly deleted: number | null;
}

/** Reads one `--numstat -z` entry at `index`; answers how many tokens it took. */
export function readCount(tokens: readonly string[], index: number, found: (count: LineCount) => void): number {
  const match = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(tokens[index] ?? "");
  if (!match) return 1;
  const added = match[1] === "-" ? null : Number(match[1]);
  const deleted = match[2] === "-" ? null : Number(match[2]);
  const path = match[3] ?? "";
  if (path !== "") {
    found({ path, from: null, added, deleted });
    return 1;
  }
  found({ path: tokens[index + 2] ?? "", from: tokens[index + 1] ?? "", added, deleted });
  return 3;
}
