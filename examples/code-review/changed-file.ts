import { isBinary, isSubmodule } from "./change.ts";
import type { ChangeKind, FileChange } from "./change.ts";
import { roleOf } from "./file-role.ts";
import type { FileRole } from "./file-role.ts";
import { commitsByFile } from "./history.ts";
import type { Commit } from "./history.ts";
import type { SourceMarks } from "./source-mark.ts";

export interface ReviewedFile {
  readonly path: string;
  readonly from: string | null;
  readonly kind: ChangeKind;
  readonly role: FileRole;
  readonly added: number | null;
  readonly deleted: number | null;
  /** What the numbers do not say: binary, a new mode, a submodule's commits. */
  readonly remark: string;
  /** Subjects of the commits that changed it, newest first. */
  readonly why: readonly string[];
  /** The ids of those commits, short. */
  readonly commits: readonly string[];
}

export function describeFiles(
  changes: readonly FileChange[],
  range: readonly Commit[],
  marks: SourceMarks,
): ReviewedFile[] {
  const byFile = commitsByFile(range);
  const hasMerges = range.some((commit) => commit.isMerge);
  return changes.map((change) => {
    const commits = byFile.get(change.path) ?? byFile.get(change.from ?? "") ?? [];
    const why = [...new Set(commits.map((commit) => commit.subject))];
    const { path, from, kind, added, deleted } = change;
    return {
      path,
      from,
      kind,
      role: roleOf(path, marks),
      added,
      deleted,
      remark: remarkOn(change),
      // Only a merge's own resolution is in no commit's list.
      why: why.length === 0 && hasMerges ? ["in a merge"] : why,
      commits: commits.map(({ id }) => shortId(id)),
    };
  });
}

function remarkOn(change: FileChange): string {
  if (isSubmodule(change)) return `submodule ${describeMove(change)}`;
  const isNew = change.kind === "added" || change.kind === "deleted";
  const mode = !isNew && change.oldMode !== change.newMode ? `mode ${change.oldMode} → ${change.newMode}` : "";
  const link = change.newMode === "120000" ? "symbolic link" : "";
  return [isBinary(change) ? "binary" : "", link, mode].filter((part) => part !== "").join(", ");
}

export const describeMove = ({ oldId, newId }: FileChange): string => `${shortId(oldId)} → ${shortId(newId)}`;
export const shortId = (id: string): string => (/^0+$/.test(id) ? "nothing" : id.slice(0, 7));
