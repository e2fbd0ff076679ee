import { isBinary, isSubmodule } from "./change.ts";
import type { FileChange } from "./change.ts";
import { isGenerated, isTest, languageOf } from "./file-kind.ts";
import { compare } from "./finding.ts";
import { commitsByFile } from "./history.ts";
import type { Commit } from "./history.ts";

/** A changed source file by how likely its next fault is: churn × size × 2 where no test came along. */
export interface HotSpot {
  readonly file: string;
  readonly score: number;
  /** Commits that changed it, in the history that was read. */
  readonly churn: number;
  readonly sizeKilobytes: number;
  /** Some commit of the range that changed it changed a test too. */
  readonly isTestTouched: boolean;
}

export interface HotSpotSources {
  readonly changes: readonly FileChange[];
  /** Newest first. */
  readonly history: readonly Commit[];
  readonly range: readonly Commit[];
  readonly sizes: ReadonlyMap<string, number>;
}

const hotSpotsShown = 10;
// A file changed once or twice is not hot, however large.
const fewestCommits = 3;

export function findHotSpots({ changes, history, range, sizes }: HotSpotSources): HotSpot[] {
  const [everyCommit, rangeCommits] = [commitsByFile(history), commitsByFile(range)];
  return changes
    .filter((change) => isCode(change))
    .map((change) =>
      measure(
        change.path,
        everyCommit.get(change.path)?.length ?? 0,
        sizes.get(change.newId) ?? 0,
        (rangeCommits.get(change.path) ?? []).some(touchesTest),
      ),
    )
    .filter(({ churn }) => churn >= fewestCommits)
    .toSorted((a, b) => b.score - a.score || compare(a.file, b.file))
    .slice(0, hotSpotsShown);
}

const isCode = (change: FileChange): boolean =>
  change.kind !== "deleted" &&
  !isBinary(change) &&
  !isSubmodule(change) &&
  languageOf(change.path) !== null &&
  !isTest(change.path) &&
  !isGenerated(change.path);

const touchesTest = (commit: Commit): boolean => commit.files.some((file) => isTest(file.path));

function measure(file: string, churn: number, sizeBytes: number, isTestTouched: boolean): HotSpot {
  const sizeKilobytes = Math.round(sizeBytes / 102.4) / 10;
  const score = Math.round(churn * sizeKilobytes * (isTestTouched ? 1 : 2));
  return { file, score, churn, sizeKilobytes, isTestTouched };
}
