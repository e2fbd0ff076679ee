import { isSubmodule, parseChanges } from "./change.ts";
import type { FileChange } from "./change.ts";
import { changedManifests, possibleLocks } from "./dependency.ts";
import type { ManifestText } from "./dependency.ts";
import { diffOptions, gitMessage, gitOutput } from "./git.ts";
import type { ShellStep } from "./git.ts";
import { logOptions } from "./history.ts";
import { resolveRange } from "./range.ts";
import type { ReviewRange } from "./range.ts";
import { findRepository } from "./repository.ts";
import type { Repository } from "./repository.ts";

/** What git said, as text: the flow's only look at the repository. */
export interface Collected {
  readonly repository: string;
  /** `null`: no commit yet. */
  readonly range: ReviewRange | null;
  readonly changes: readonly FileChange[];
  /** `id size` by line. */
  readonly sizes: string;
  readonly patch: string;
  readonly log: string;
  readonly history: string;
  readonly manifests: readonly ManifestText[];
  readonly locks: readonly string[];
  /** Files whose lines were not read, being too large. */
  readonly tooLarge: readonly string[];
  readonly notes: readonly string[];
}

export interface CollectStep extends ShellStep {
  map<Item, Result>(
    name: string,
    items: readonly Item[],
    each: (item: Item, step: ShellStep, index: number) => Promise<Result>,
    options: { readonly concurrency: number },
  ): Promise<readonly Result[]>;
}

export interface CollectOptions {
  readonly path: string;
  readonly range: string;
  readonly last: number;
}

// Churn is about now, not about the whole life of a repository; 500 commits are read in about a second.
const historyCommits = 500;
// Text that people write is smaller; data beyond it would fill the journal and is named in the report instead.
const largestFileBytes = 16_000_000;
const largestPatchBytes = 64_000_000;

export async function collect(step: CollectStep, { path, range: wanted, last }: CollectOptions): Promise<Collected> {
  const repository = await findRepository(step, path);
  const range = await resolveRange(repository, wanted, last);
  if (range === null) return { ...nothing, repository: repository.path };
  const { git } = repository;
  const ends = [range.base, range.head];
  const changes = parseChanges(
    await gitOutput(git, "list the changed files", [
      "diff-tree",
      "-z",
      "--raw",
      "--numstat",
      ...diffOptions,
      ...ends,
      "--",
    ]),
  );
  const sizes = await readSizes(repository, changes);
  const tooLarge = findTooLarge(changes, sizes);
  const log = await gitOutput(git, "read the commits", [
    "log",
    ...logOptions,
    range.head,
    ...without(repository, range),
    "--",
  ]);
  const history = await git("read the history", [
    "log",
    ...logOptions,
    `--max-count=${historyCommits}`,
    range.head,
    "--",
  ]);
  return {
    repository: repository.path,
    range,
    changes,
    sizes,
    tooLarge,
    log,
    history: history.stdout,
    notes: [...range.notes, ...historyNotes(history.exitCode === 0 ? "" : gitMessage(history))],
    patch: changes.length === 0 ? "" : await readPatch(repository, range, tooLarge),
    manifests: await readManifests(step, repository, changes),
    locks: await findLocks(repository, range, changes),
  };
}

const nothing: Omit<Collected, "repository"> = {
  range: null,
  changes: [],
  sizes: "",
  patch: "",
  log: "",
  history: "",
  manifests: [],
  locks: [],
  tooLarge: [],
  notes: [],
};

const without = (repository: Repository, range: ReviewRange): string[] =>
  range.base === repository.emptyTree ? [] : [`^${range.base}`];

const historyNotes = (failure: string): string[] =>
  failure === "" ? [] : [`The history could not be read, so there are no hot spots: ${failure}`];

async function readSizes(repository: Repository, changes: readonly FileChange[]): Promise<string> {
  const ids = changes
    .filter((change) => change.kind !== "deleted" && !isSubmodule(change))
    .map((change) => change.newId);
  if (ids.length === 0) return "";
  const argv = ["cat-file", "--batch-check=%(objectname) %(objectsize)"];
  return gitOutput(repository.git, "measure the changed files", argv, `${[...new Set(ids)].join("\n")}\n`);
}

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

// The smallest first, until the whole is full: one file of data must not push out the code.
function findTooLarge(changes: readonly FileChange[], sizes: string): string[] {
  const bytes = parseSizes(sizes);
  let total = 0;
  return changes
    .filter((change) => change.added !== null && change.kind !== "deleted")
    .map(({ path, newId }) => ({ path, size: bytes.get(newId) ?? 0 }))
    .toSorted((a, b) => a.size - b.size)
    .filter(({ size }) => (total += size) > largestPatchBytes || size > largestFileBytes)
    .map(({ path }) => path)
    .toSorted();
}

function readPatch(repository: Repository, range: ReviewRange, tooLarge: readonly string[]): Promise<string> {
  const form = ["-p", "-U3", "--irreversible-delete", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"];
  const left = tooLarge.map((path) => `:(exclude,literal)${path}`);
  const argv = ["diff-tree", ...form, ...diffOptions, range.base, range.head, "--", ...left];
  return gitOutput(repository.git, "read the patch", argv);
}

function readManifests(
  step: CollectStep,
  repository: Repository,
  changes: readonly FileChange[],
): Promise<readonly ManifestText[]> {
  const manifests = changedManifests(changes).filter((change) => !isSubmodule(change));
  const read = async (change: FileChange, inner: ShellStep): Promise<ManifestText> => ({
    path: change.path,
    before: await readBlob(repository, inner, "read the manifest before", change.oldId),
    after: await readBlob(repository, inner, "read the manifest after", change.newId),
  });
  return manifests.length === 0 ? Promise.resolve([]) : step.map("manifests", manifests, read, { concurrency: 4 });
}

async function readBlob(repository: Repository, step: ShellStep, name: string, id: string): Promise<string> {
  if (/^0+$/.test(id)) return "";
  return gitOutput(repository.gitOf(step), name, ["cat-file", "blob", id]);
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
