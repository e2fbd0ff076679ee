import { gitAt, gitMessage } from "./git.ts";
import type { Git, ShellStep } from "./git.ts";

export interface Repository {
  /** The folder as people know it, for the report. */
  readonly path: string;
  readonly isShallow: boolean;
  readonly emptyTree: string;
  readonly git: Git;
  /** The same for another scope's steps. */
  readonly gitOf: (step: ShellStep) => Git;
}

// The id of the tree without files, which git knows without storing it: what a root commit is compared with.
const emptyTrees: Readonly<Record<string, string>> = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};

export async function findRepository(step: ShellStep, path: string): Promise<Repository> {
  const question = ["rev-parse", "--is-shallow-repository", "--show-object-format", "--absolute-git-dir"];
  const answer = await gitAt(step, ["-C", path])("find the repository", question);
  if (answer.exitCode !== 0) throw new Error(notARepository(path, gitMessage(answer)));
  const [shallow = "", format = "", ...rest] = answer.stdout.replace(/\n$/, "").split("\n");
  const folder = rest.join("\n");
  // From inside the git folder, so that the .gitattributes of the work tree neither hide files nor name programs.
  const gitOf = (inner: ShellStep): Git => gitAt(inner, ["-C", folder, `--git-dir=${folder}`]);
  return {
    path: folder.replace(/[/\\]\.git$/, "") || folder,
    isShallow: shallow === "true",
    emptyTree: emptyTrees[format] ?? "",
    git: gitOf(step),
    gitOf,
  };
}

function notARepository(path: string, message: string): string {
  const shown = JSON.stringify(path);
  if (/dubious ownership/.test(message)) {
    return `${shown} belongs to another user, so git does not read it. ${message}`;
  }
  if (/cannot change to/.test(message)) {
    return `${shown} is not a folder that can be read (${message}). Give the path of a git repository: --input repository=PATH`;
  }
  return `${shown} is not a git repository (${message}). Give the path of one: --input repository=PATH, or make one with "git init".`;
}
