import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { directStep } from "./direct-step.ts";
import type { Answer } from "./direct-step.ts";

export type Content = string | Buffer | null;

/** A real git repository in a temporary folder; gone when it leaves its scope. */
export interface ScratchRepository extends Disposable {
  readonly path: string;
  git(...argv: string[]): string;
  /** Writes the files (`null`: deletes) and commits; answers the commit's id. */
  commit(subject: string, files: Readonly<Record<string, Content>>): string;
}

const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z",
  GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z",
};
const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always"];

export function scratchRepository(): ScratchRepository {
  const path = mkdtempSync(join(tmpdir(), "tutti-review-"));
  const git = (...argv: string[]): string =>
    execFileSync("git", [...identity, ...argv], { cwd: path, env: environment, encoding: "utf8", stdio: "pipe" });
  git("init", "--quiet", "--initial-branch=main");
  return {
    path,
    git,
    commit(subject, files) {
      for (const [name, content] of Object.entries(files)) put(join(path, name), content);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", `--message=${subject}`);
      return git("rev-parse", "HEAD").trim();
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

function put(path: string, content: Content): void {
  if (content === null) return rmSync(path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export function makeExecutable(repository: ScratchRepository, name: string): void {
  chmodSync(join(repository.path, name), 0o755);
}

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "tutti"
      ? { url: new URL("./tutti.ts", import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
const { default: flow } = await import("../../../examples/code-review/code-review.ts");

export type ReviewOutput = Awaited<ReturnType<typeof flow.run>>;

/** Runs the flow itself, without a report unless `output` names one. */
export async function review(input: Readonly<Record<string, unknown>>, answer?: Answer): Promise<ReviewOutput> {
  const parsed = flow.input?.parse({ output: "", ...input });
  return flow.run(directStep(answer) as never, parsed as never);
}
