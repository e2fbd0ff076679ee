import { isSubmodule, parseChanges } from "./change.ts";
import type { FileChange } from "./change.ts";
import { possibleLocks } from "./dependency.ts";
import type { ManifestText } from "./dependency.ts";
import { isExpectedText, isGenerated } from "./file-kind.ts";
import { diffOptions, gitMessage, gitOutput, largestFileBytes } from "./git.ts";
import type { ShellStep } from "./git.ts";
import { logOptions } from "./history.ts";
import { readManifests } from "./manifest-text.ts";
import { resolveRange } from "./range.ts";
import type { ReviewRange } from "./range.ts";
import { findRepository } from "./repository.ts";
import type { Repository } from "./repository.ts";
import { markedFiles, markPattern } from "./source-mark.ts";

/** What git said, as text: the flow's only look at the repository. */
export interface Collected {
  readonly repository: string;
  /** `null`: no commit yet. */
  readonly range: ReviewRange | null;
  readonly changes: readonly FileChange[];
  /** `id size` by line. */
  readonly sizes: string;
  readonly patch: string;
  /** What changed files say about themselves, as `git grep` found it. */
  readonly marks: string;
  /** The commits of the range. */
  readonly log: string;
  /** Commits before the range. */
  readonly history: string;
  readonly manifests: readonly ManifestText[];
  readonly locks: readonly string[];
  /** Files whose lines were not read, being too large. */
  readonly tooLarge: readonly string[];
  readonly notes: readonly string[];
}

export interface CollectOptions {
  readonly path: string;
  readonly range: string;
  readonly last: number;
}

// Churn is about now, not about the whole life of a repository; 500 commits are read in about a second.
const historyCommits = 500;
// Beyond these the whole would fill the memory (a diff can hold a file twice, a step's output 128 MB): most of it for what people wrote, the rest for what tools did.
const largestPatchBytes = 32_000_000;
const largestGeneratedBytes = 8_000_000;

export async function collect(step: ShellStep, { path, range: wanted, last }: CollectOptions): Promise<Collected> {
  const repository = await findRepository(step, path);
  const range = await resolveRange(repository, wanted, last);
  if (range === null) return { ...nothing, repository: repository.path };
  const changes = await readChanges(repository, range);
  const sizes = await readSizes(repository, changes);
  const { tooLarge, readable } = divide(changes, sizes);
  const log = await gitOutput(repository.git, "read the commits", [
    "log",
    ...logOptions,
    range.head,
    ...without(repository, range),
    "--",
  ]);
  const history = await readHistory(repository, range);
  return {
    repository: repository.path,
    range,
    changes,
    sizes,
    tooLarge,
    log,
    history: history.text,
    notes: [...range.notes, ...history.notes],
    patch: changes.length === 0 ? "" : await readPatch(repository, range, { tooLarge, readable }),
    marks: await readMarks(repository, range, markedFiles(readable)),
    manifests: await readManifests(repository, readable),
    locks: await findLocks(repository, range, changes),
  };
}

const nothing: Omit<Collected, "repository"> = {
  range: null,
  changes: [],
  sizes: "",
  patch: "",
  marks: "",
  log: "",
  history: "",
  manifests: [],
  locks: [],
  tooLarge: [],
  notes: [],
};

async function readChanges({ git }: Repository, { base, head }: ReviewRange): Promise<FileChange[]> {
  const argv = ["diff-tree", "-z", "--raw", "--numstat", ...diffOptions, base, head, "--"];
  return parseChanges(await gitOutput(git, "list the changed files", argv));
}

const without = (repository: Repository, range: ReviewRange): string[] =>
  range.base === repository.emptyTree ? [] : [`^${range.base}`];

async function readHistory(repository: Repository, { base }: ReviewRange): Promise<{ text: string; notes: string[] }> {
  if (base === repository.emptyTree) return { text: "", notes: [] };
  const argv = ["log", ...logOptions, `--max-count=${historyCommits}`, base, "--"];
  const result = await repository.git("read the history", argv);
  if (result.exitCode === 0) return { text: result.stdout, notes: [] };
  // A partial clone may lack old contents; the review of the change itself needs none of them.
  const note = `What came before could not be read, so churn counts this range alone: ${gitMessage(result)}`;
  return { text: "", notes: [note] };
}

async function readSizes(repository: Repository, changes: readonly FileChange[]): Promise<string> {
  const ids = changes.filter((change) => !isSubmodule(change)).map(contentId);
  if (ids.length === 0) return "";
  const argv = ["cat-file", "--batch-check=%(objectname) %(objectsize)"];
  return gitOutput(repository.git, "measure the changed files", argv, `${[...new Set(ids)].join("\n")}\n`);
}

const contentId = ({ kind, oldId, newId }: FileChange): string => (kind === "deleted" ? oldId : newId);

/** Sizes in bytes by object id. */
export function parseSizes(sizes: string): Map<string, number> {
  return new Map(
    sizes
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(" "))
      .map(([id = "", size = ""]) => [id, Number(size) || 0]),
  );
}

interface Divided {
  readonly tooLarge: readonly string[];
  readonly readable: readonly FileChange[];
}

// The smallest first, until the whole is full: one file of data must not push out the code.
function divide(changes: readonly FileChange[], sizes: string): Divided {
  const bytes = parseSizes(sizes);
  const left = { byTools: largestGeneratedBytes, byPeople: largestPatchBytes };
  const measured = changes
    .map((change) => ({ change, size: isSubmodule(change) ? 0 : (bytes.get(contentId(change)) ?? 0) }))
    .toSorted((a, b) => a.size - b.size);
  const isTooLarge = ({ change, size }: (typeof measured)[number]): boolean => {
    // git shows nothing of a binary file, and takes one that is too large for it as binary.
    if (change.added === null) return size > largestFileBytes && isExpectedText(change.path);
    if (size > largestFileBytes) return true;
    const maker = isGenerated(change.path) ? "byTools" : "byPeople";
    left[maker] -= size;
    return left[maker] < 0;
  };
  const large = new Set(measured.filter(isTooLarge).map(({ change }) => change));
  const readable = measured.map(({ change }) => change).filter((change) => !large.has(change));
  // Named one by one, more of them would not fit a command line.
  if (large.size > mostArguments) for (const change of readable.splice(mostArguments)) large.add(change);
  return { tooLarge: [...large].map(({ path }) => path).toSorted(), readable };
}

// A command line holds about two million characters.
const mostArguments = 4_000;

function readPatch(
  repository: Repository,
  { base, head }: ReviewRange,
  { tooLarge, readable }: Divided,
): Promise<string> {
  const form = ["-p", "-U3", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"];
  const paths =
    tooLarge.length > mostArguments
      ? readable
          .flatMap(({ path, from }) => [path, from])
          .flatMap((path) => (path === null ? [] : [`:(literal)${path}`]))
      : tooLarge.map((path) => `:(exclude,literal)${path}`);
  const argv = ["diff-tree", ...form, ...diffOptions, base, head, "--", ...paths];
  return gitOutput(repository.git, "read the patch", argv);
}

async function readMarks(repository: Repository, range: ReviewRange, files: readonly string[]): Promise<string> {
  if (files.length === 0) return "";
  const argv = ["grep", "-n", "-z", "-I", "-o", "--no-color", "-E", "-e", markPattern, range.head, "--"];
  const result = await repository.git("see which files are programs", [
    ...argv,
    ...files.map((file) => `:(literal)${file}`),
  ]);
  // 1: found nothing. What cannot be read (a partial clone) only makes more lines look forgotten.
  return result.exitCode === 0 ? result.stdout : "";
}

async function findLocks(
  repository: Repository,
  range: ReviewRange,
  changes: readonly FileChange[],
): Promise<readonly string[]> {
  const possible = possibleLocks(changes);
  if (possible.length === 0) return [];
  const argv = ["ls-tree", "-z", "--name-only", "--full-tree", range.head, "--", ...possible];
  const found = await gitOutput(repository.git, "look for lock files", argv);
  return found.split("\0").filter((path) => path !== "");
}
