export interface ShellOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: string;
}

export interface ShellResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The part of `step` that talks to git. */
export interface ShellStep {
  shell(name: string, argv: readonly string[], options?: ShellOptions): Promise<ShellResult>;
}

/** Runs one git command of a repository that is not trusted: see `settings` and `environment`. */
export type Git = (name: string, argv: readonly string[], stdin?: string) => Promise<ShellResult>;

/** Text that people write is smaller; data beyond it is named in the report instead of read. */
export const largestFileBytes = 16_000_000;

// Each of these keys can make a reading command run a program that the repository names.
const settings = [
  "core.quotePath=false",
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "log.showSignature=false",
  // No tree: newer versions of git would take the attributes of a bare repository's HEAD.
  "attr.tree=none",
  // A larger file is streamed and counts as binary: git would hold it in memory whole, twice for a diff.
  `core.bigFileThreshold=${largestFileBytes}`,
];

// No prompt, no lock, no pager, and no network: a partial clone could name a program as its "remote".
const environment = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_LITERAL_PATHSPECS: "0",
  // Where there is no work tree git takes .gitattributes from the index; no command here needs one.
  GIT_INDEX_FILE: "no-index",
  GIT_PAGER: "cat",
  LC_ALL: "C",
};

/** `place`: the arguments that say which repository, such as `["-C", path]`. */
export function gitAt(step: ShellStep, place: readonly string[]): Git {
  const prefix = ["git", "--no-pager", ...place, ...settings.flatMap((setting) => ["-c", setting])];
  return (name, argv, stdin) =>
    step.shell(name, [...prefix, ...argv], {
      env: environment,
      timeout: "10m",
      ...(stdin === undefined ? {} : { stdin }),
    });
}

/** The output of a command that must succeed; else an error with git's own words. */
export async function gitOutput(git: Git, name: string, argv: readonly string[], stdin?: string): Promise<string> {
  const result = await git(name, argv, stdin);
  if (result.exitCode !== 0) throw new Error(`git could not ${name}: ${gitMessage(result)}`);
  return result.stdout;
}

export function gitMessage(result: ShellResult): string {
  return result.stderr.trim() || `it ended with exit code ${result.exitCode}`;
}

/** Options of every diff: no program of the repository's choice, renames and copies found, submodules as they are. */
export const diffOptions = [
  "-r",
  "-M",
  "-C",
  // Beyond so many pairs git would compare for minutes.
  "-l1000",
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--no-relative",
  "--ignore-submodules=none",
];
