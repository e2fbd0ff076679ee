import { gitMessage } from "./git.ts";
import type { Repository } from "./repository.ts";

/** What is compared with what, as object ids: nothing that a user typed reaches git a second time. */
export interface ReviewRange {
  readonly label: string;
  /** A commit, or the empty tree. */
  readonly base: string;
  readonly head: string;
  readonly notes: readonly string[];
}

/** `null`: the repository has no commit yet. */
export async function resolveRange(repository: Repository, range: string, last: number): Promise<ReviewRange | null> {
  if (range.trim() === "") return lastCommits(repository, last);
  const match = /^(.*?)(\.\.\.?)(.*)$/s.exec(range.trim());
  if (!match) return oneCommit(repository, range.trim());
  const from = await resolveCommit(repository, match[1] || "HEAD", range);
  const head = await resolveCommit(repository, match[3] || "HEAD", range);
  return { label: range.trim(), head, ...(await mergeBase(repository, from, head)) };
}

async function lastCommits(repository: Repository, last: number): Promise<ReviewRange | null> {
  const argv = ["rev-list", "--first-parent", `--max-count=${last + 1}`, "HEAD", "--"];
  const result = await repository.git("list the last commits", argv);
  if (result.exitCode !== 0) {
    // What git says of a HEAD whose branch has no commit; anything else is a fault.
    if (/bad revision|unknown revision|does not have any commits/.test(result.stderr)) return null;
    throw new Error(`git could not list the last commits: ${gitMessage(result)}`);
  }
  const commits = result.stdout.split("\n").filter((line) => line !== "");
  const head = commits[0] ?? "";
  if (commits.length > last) return { label: `HEAD~${last}..HEAD`, base: commits[last] ?? "", head, notes: [] };
  if (!repository.isShallow) return { label: "the whole history", base: repository.emptyTree, head, notes: [] };
  return shallowRange(repository, commits, head);
}

// The oldest commit of a shallow clone has no parent here: against the empty tree all of its files would look new.
function shallowRange(repository: Repository, commits: readonly string[], head: string): ReviewRange {
  const advice = `Get the rest with "git fetch --unshallow".`;
  const oldest = commits.at(-1) ?? head;
  if (commits.length > 1) {
    const note = `This is a shallow clone: what its oldest commit ${oldest.slice(0, 7)} changed is not known here and not reviewed. ${advice}`;
    return { label: `HEAD~${commits.length - 1}..HEAD`, base: oldest, head, notes: [note] };
  }
  const note = `This is a shallow clone of one commit: what came before is not here, so every file counts as added. ${advice}`;
  return { label: "the one commit of a shallow clone", base: repository.emptyTree, head, notes: [note] };
}

async function oneCommit(repository: Repository, revision: string): Promise<ReviewRange> {
  const head = await resolveCommit(repository, revision, revision);
  const result = await repository.git("find the parent", ["rev-list", "--max-count=1", "--parents", head, "--"]);
  const parent = result.stdout.trim().split(" ")[1];
  return { label: `the commit ${revision}`, base: parent ?? repository.emptyTree, head, notes: [] };
}

async function resolveCommit(repository: Repository, revision: string, range: string): Promise<string> {
  const argv = ["rev-list", "--max-count=1", "--end-of-options", revision, "--"];
  const result = await repository.git("resolve a revision", argv);
  const id = result.stdout.trim();
  if (result.exitCode === 0 && id !== "") return id;
  const shallow = repository.isShallow
    ? ` This is a shallow clone: "git fetch --unshallow" gets the older commits.`
    : "";
  throw new Error(
    `The range ${JSON.stringify(range)} cannot be reviewed: ${gitMessage(result)}. ` +
      `Give two revisions, such as --input range=HEAD~5..HEAD, or one commit.${shallow}`,
  );
}

// A review is of what the head's side did. Compared with a base that went its own way, that way would look undone.
async function mergeBase(
  repository: Repository,
  from: string,
  head: string,
): Promise<Pick<ReviewRange, "base" | "notes">> {
  const result = await repository.git("find the common ancestor", ["merge-base", from, head]);
  const base = result.stdout.trim().split("\n")[0] ?? "";
  if (base === "")
    return { base: from, notes: ["The two ends have no common ancestor here, so they are compared directly."] };
  return { base, notes: [] };
}
