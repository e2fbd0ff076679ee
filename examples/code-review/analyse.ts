import { isBinary, isSubmodule } from "./change.ts";
import type { ChangeKind, FileChange } from "./change.ts";
import { parseSizes } from "./collect.ts";
import type { Collected } from "./collect.ts";
import { compareManifests, findDependencyFaults } from "./dependency.ts";
import type { DependencyChange } from "./dependency.ts";
import { parsePatch } from "./diff.ts";
import { isExpectedText } from "./file-kind.ts";
import { sortFindings } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { commitsByFile, parseLog } from "./history.ts";
import type { Commit } from "./history.ts";
import { findHotSpots } from "./hot-spot.ts";
import type { HotSpot } from "./hot-spot.ts";
import { findLeftovers } from "./leftover.ts";
import { prepareQuestions } from "./question.ts";
import type { Question } from "./question.ts";
import { findSecrets } from "./secret.ts";

export interface ReviewedCommit {
  readonly id: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string;
}

export interface ReviewedFile {
  readonly path: string;
  readonly from: string | null;
  readonly kind: ChangeKind;
  readonly added: number | null;
  readonly deleted: number | null;
  /** What the numbers do not say: binary, a new mode, a submodule's commits. */
  readonly remark: string;
  /** Subjects of the commits that changed it, newest first. */
  readonly why: readonly string[];
}

export interface Analysis {
  readonly commits: readonly ReviewedCommit[];
  readonly files: readonly ReviewedFile[];
  readonly findings: readonly Finding[];
  readonly hotSpots: readonly HotSpot[];
  readonly dependencies: readonly DependencyChange[];
  readonly questions: readonly Question[];
}

/** Everything that needs no model: a pure function of what git said. */
export function analyse(collected: Collected, maxModelFiles: number): Analysis {
  const { changes } = collected;
  const range = parseLog(collected.log);
  const patches = parsePatch(collected.patch);
  const dependencies = compareManifests(collected.manifests);
  const sizes = parseSizes(collected.sizes);
  const hotSpots = findHotSpots({ changes, history: parseLog(collected.history), range, sizes });
  const findings = sortFindings([
    ...patches.flatMap((patch) => [...findSecrets(patch), ...findLeftovers(patch)]),
    ...findDependencyFaults(changes, dependencies, collected.locks),
    ...changes.flatMap((change) => findOddities(change, collected.tooLarge)),
  ]);
  return {
    commits: range.map(({ id, author, date, subject }) => ({ id, author, date, subject })),
    files: describeFiles(changes, range),
    findings,
    hotSpots,
    dependencies,
    questions: prepareQuestions({ changes, patches, findings, hotSpots, limit: maxModelFiles }),
  };
}

function findOddities(change: FileChange, tooLarge: readonly string[]): Finding[] {
  const base = { severity: "low", file: change.path, line: null, source: "rule" } as const;
  if (tooLarge.includes(change.path)) {
    return [{ ...base, kind: "unread", title: "too large to be read", detail: "its lines were not looked at" }];
  }
  if (isSubmodule(change)) {
    const detail = `${describeMove(change)}: what changed inside is not part of this review`;
    return [{ ...base, kind: "submodule", title: `submodule ${change.kind}`, detail }];
  }
  if (isBinary(change) && isExpectedText(change.path) && change.kind !== "deleted") {
    return [{ ...base, kind: "unread", title: "git sees it as binary", detail: "its lines were not looked at" }];
  }
  if (change.kind !== "added" && change.newMode === "100755" && change.oldMode === "100644") {
    return [{ ...base, kind: "mode", title: "became executable", detail: "mode 100644 → 100755" }];
  }
  return [];
}

function describeFiles(changes: readonly FileChange[], range: readonly Commit[]): ReviewedFile[] {
  const byFile = commitsByFile(range);
  const hasMerges = range.some((commit) => commit.isMerge);
  return changes.map((change) => {
    const commits = byFile.get(change.path) ?? byFile.get(change.from ?? "") ?? [];
    const why = [...new Set(commits.map((commit) => commit.subject))];
    const { path, from, kind, added, deleted } = change;
    // Only a merge's own resolution is in no commit's list.
    return {
      path,
      from,
      kind,
      added,
      deleted,
      remark: remarkOn(change),
      why: why.length === 0 && hasMerges ? ["in a merge"] : why,
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

const describeMove = ({ oldId, newId }: FileChange): string => `${shortId(oldId)} → ${shortId(newId)}`;
const shortId = (id: string): string => (/^0+$/.test(id) ? "nothing" : id.slice(0, 7));
