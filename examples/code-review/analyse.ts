import { isBinary, isSubmodule } from "./change.ts";
import type { FileChange } from "./change.ts";
import { describeFiles, describeMove } from "./changed-file.ts";
import type { ReviewedFile } from "./changed-file.ts";
import { parseSizes } from "./collect.ts";
import type { Collected } from "./collect.ts";
import { tellCommits } from "./commit-story.ts";
import type { ReviewedCommit } from "./commit-story.ts";
import { compareManifests, findDependencyFaults } from "./dependency.ts";
import type { DependencyChange } from "./dependency.ts";
import { parsePatch } from "./diff.ts";
import type { FilePatch } from "./diff.ts";
import { isExpectedText } from "./file-kind.ts";
import { sortFindings } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { parseLog } from "./history.ts";
import { findHotSpots } from "./hot-spot.ts";
import type { HotSpot } from "./hot-spot.ts";
import { findLeftovers } from "./leftover.ts";
import { movedLines } from "./moved.ts";
import { prepareQuestions } from "./question.ts";
import type { Question } from "./question.ts";
import { deletedSecrets, findSecrets, foldSecrets } from "./secret.ts";
import { parseMarks } from "./source-mark.ts";
import type { SourceMarks } from "./source-mark.ts";

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
  const marks = parseMarks(collected.marks);
  const dependencies = compareManifests(collected.manifests);
  const sizes = parseSizes(collected.sizes);
  const unread = new Set(collected.tooLarge);
  const hotSpots = findHotSpots({ changes, patches, history: parseLog(collected.history), range, sizes, marks });
  const findings = sortFindings([
    ...findInLines(patches, marks),
    ...findDependencyFaults({ changes, dependencies, patches, existingLocks: collected.locks }),
    ...findUnread(collected.tooLarge),
    ...changes.filter(({ path }) => !unread.has(path)).flatMap(findOddities),
  ]);
  return {
    commits: tellCommits(range, marks),
    files: describeFiles(changes, range, marks),
    findings,
    hotSpots,
    dependencies,
    questions: prepareQuestions({ changes, patches, findings, hotSpots, marks, limit: maxModelFiles }),
  };
}

function findInLines(patches: readonly FilePatch[], marks: SourceMarks): Finding[] {
  const moved = movedLines(patches);
  const known = deletedSecrets(patches);
  return [
    ...foldSecrets(patches.flatMap((patch) => findSecrets(patch, known))),
    ...patches.flatMap((patch) => findLeftovers(patch, { marks, moved })),
  ];
}

const odd = (file: string): Pick<Finding, "severity" | "file" | "line" | "source"> => {
  return { severity: "low", file, line: null, source: "rule" };
};

// Named one by one up to here: beyond it they are a mass.
const unreadNamed = 10;

function findUnread(tooLarge: readonly string[]): Finding[] {
  const [first] = tooLarge;
  const title = "too large to be read";
  const named = tooLarge.map((file): Finding => {
    return { ...odd(file), kind: "unread", title, detail: "its lines were not looked at" };
  });
  if (first === undefined || named.length <= unreadNamed) return named;
  const detail = `the lines of ${named.length} files were not looked at: each is large, or they are together`;
  return [{ ...odd(first), kind: "unread", title, detail }];
}

function findOddities(change: FileChange): Finding[] {
  const base = odd(change.path);
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
