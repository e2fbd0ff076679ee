import type { FilePatch, PatchLine } from "../../../examples/code-review/diff.ts";
import { findLeftovers } from "../../../examples/code-review/leftover.ts";
import { movedLines } from "../../../examples/code-review/moved.ts";
import { findSecrets } from "../../../examples/code-review/secret.ts";
import { parseMarks } from "../../../examples/code-review/source-mark.ts";

/** One hunk from the top of a file: "-" and " " begin deleted and unchanged lines, everything else is added. */
export function patchOf(path: string, ...texts: string[]): FilePatch {
  let next = 1;
  const lines = texts.map((text): PatchLine => {
    const kind = text.startsWith("-\t") ? "deleted" : text.startsWith(" \t") ? "context" : "added";
    const line = { kind, text: kind === "added" ? text : text.slice(2), line: next } as const;
    if (kind !== "deleted") next += 1;
    return line;
  });
  const hunk = { oldStart: 1, oldLines: 0, newStart: 1, newLines: next - 1, heading: "", lines };
  return { path, from: null, isBinary: false, hunks: [hunk] };
}

/** Put together here, so that no scanner takes the tests for a leak. */
export const glue = (...parts: string[]): string => parts.join("");

/** `marks`: what `git grep` said, as `path:line:text`. */
export function leftoversOf(patches: readonly FilePatch[], ...marks: string[]): string[] {
  const output = marks.map((mark) => `abc:${mark.replace(":", "\0").replace(":", "\0")}\n`).join("");
  const sources = { marks: parseMarks(output), moved: movedLines(patches) };
  return patches
    .flatMap((patch) => findLeftovers(patch, sources))
    .map(({ severity, file, line, title }) => `${severity} ${file}:${line} ${title}`);
}

export const leftovers = (path: string, ...texts: string[]): string[] =>
  leftoversOf([patchOf(path, ...texts)]).map((text) => text.replace(/^\w+ .*?:(\d+) /, "$1 "));

export const secrets = (path: string, ...texts: string[]): string[] =>
  findSecrets(patchOf(path, ...texts)).map(({ severity, line, title }) => `${severity} ${line} ${title}`);
