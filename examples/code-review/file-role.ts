import { isDocumentation, isTest, languageOf } from "./file-kind.ts";
import { isLockFile } from "./manifest.ts";
import type { SourceMarks } from "./source-mark.ts";

export const fileRoles = ["source", "test", "text", "other", "generated"] as const;
/** What a file is to a reader: `generated` is what tools wrote, lock files and other people's work too. */
export type FileRole = (typeof fileRoles)[number];

export function roleOf(path: string, marks: SourceMarks): FileRole {
  if (marks.isGenerated(path) || isLockFile(path)) return "generated";
  if (isTest(path)) return "test";
  if (languageOf(path) !== null && languageOf(path) !== "style") return "source";
  return isDocumentation(path) ? "text" : "other";
}
