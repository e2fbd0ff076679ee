import { isBinary, isSubmodule } from "./change.ts";
import type { FileChange } from "./change.ts";
import type { FilePatch } from "./diff.ts";
import { baseName, isTest, languageOf } from "./file-kind.ts";
import { roleOf } from "./file-role.ts";
import { compare } from "./finding.ts";
import { commitsByFile } from "./history.ts";
import type { Commit } from "./history.ts";
import type { SourceMarks } from "./source-mark.ts";

/** A changed source file by how likely its next fault is. */
export interface HotSpot {
  readonly file: string;
  /** Where its largest changed place begins in the new file. */
  readonly line: number | null;
  readonly score: number;
  /** Commits that changed it: those of the range and of the history that was read before it. */
  readonly churn: number;
  readonly sizeKilobytes: number;
  /** Lines added and deleted in the range. */
  readonly changedLines: number;
  /** A test that belongs to it changed in the range too. */
  readonly isTestTouched: boolean;
}

export interface HotSpotSources {
  readonly changes: readonly FileChange[];
  readonly patches: readonly FilePatch[];
  /** Before the range, newest first. */
  readonly history: readonly Commit[];
  readonly range: readonly Commit[];
  readonly sizes: ReadonlyMap<string, number>;
  readonly marks: SourceMarks;
}

const hotSpotsShown = 10;
// Less is read at a glance, whatever the file's past.
const fewestLines = 5;
// A file that is small, or changed here alone and by little, is no hot spot.
const lowestScore = 15;

/**
 * Churn × size, weighed by how much of it this range changed: an old giant with two new lines comes after a file of the
 * same heat that was turned over. Twice where no test came along.
 */
export function findHotSpots(sources: HotSpotSources): HotSpot[] {
  const { changes, patches, history, range, sizes, marks } = sources;
  const everyCommit = commitsByFile([...range, ...history]);
  const isTestTouched = testsTouched(sources);
  const lines = new Map(patches.map((patch) => [patch.path, largestPlace(patch)]));
  return changes
    .filter((change) => isCode(change, marks))
    .map((change) =>
      measure({
        file: change.path,
        line: lines.get(change.path) ?? null,
        churn: everyCommit.get(change.path)?.length ?? 0,
        sizeBytes: sizes.get(change.newId) ?? 0,
        changedLines: (change.added ?? 0) + (change.deleted ?? 0),
        isTestTouched: isTestTouched(change.path),
      }),
    )
    .filter(({ changedLines, score }) => changedLines >= fewestLines && score >= lowestScore)
    .toSorted((a, b) => b.score - a.score || compare(a.file, b.file))
    .slice(0, hotSpotsShown);
}

const isCode = (change: FileChange, marks: SourceMarks): boolean =>
  change.kind !== "deleted" &&
  !isBinary(change) &&
  !isSubmodule(change) &&
  // Declarations do nothing that could go wrong.
  !/\.(?:d\.[cm]?ts|pyi|feature)$/.test(change.path) &&
  roleOf(change.path, marks) === "source";

function largestPlace({ hunks }: FilePatch): number | null {
  const counted = hunks.map((hunk) => hunk.lines.filter(({ kind }) => kind !== "context"));
  const largest = counted.toSorted((a, b) => b.length - a.length)[0];
  return largest?.[0]?.line ?? null;
}

// In a large commit some test is always touched; there only one that carries the file's name counts.
const filesOfOneThought = 12;

function testsTouched({ changes, patches, range }: HotSpotSources): (path: string) => boolean {
  const commits = commitsByFile(range);
  const tested = new Set(changes.filter(({ path }) => isTest(path)).map(({ path }) => testedBy(path)));
  const withOwnTests = new Set(patches.filter(holdsTests).map(({ path }) => path));
  return (path) =>
    withOwnTests.has(path) ||
    tested.has(stemOf(path)) ||
    (commits.get(path) ?? []).some(
      ({ files }) => files.length <= filesOfOneThought && files.some((file) => isTest(file.path)),
    );
}

// `run-store.ts` belongs to run-store.test.ts, test_run_store.py and RunStoreTest.java.
const stemOf = (path: string): string => bare(baseName(path).split(".")[0] ?? "");
const testedBy = (path: string): string =>
  bare(
    baseName(path)
      .replace(/\.[a-z]+$/i, "")
      .replace(/^test[_-]|[._-]?(?:tests?|specs?|e2e)$/gi, ""),
  );
const bare = (name: string): string => name.toLowerCase().replace(/[._-]/g, "");

// Rust keeps tests beside the code.
const holdsTests = ({ path, hunks }: FilePatch): boolean =>
  languageOf(path) === "rust" &&
  hunks.some(({ lines }) => lines.some(({ kind, text }) => kind !== "deleted" && /#\[(?:\w+::)?test\]/.test(text)));

function measure({ sizeBytes, ...spot }: Omit<HotSpot, "score" | "sizeKilobytes"> & { sizeBytes: number }): HotSpot {
  const sizeKilobytes = Math.round(sizeBytes / 102.4) / 10;
  const weight = Math.log2(1 + spot.changedLines) / 4;
  const score = Math.round(Math.max(spot.churn, 1) * sizeKilobytes * weight * (spot.isTestTouched ? 1 : 2));
  return { ...spot, sizeKilobytes, score };
}
