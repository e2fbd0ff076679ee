import { readCount } from "./change.ts";
import type { LineCount } from "./change.ts";

export interface Commit {
  readonly id: string;
  readonly author: string;
  /** ISO 8601, as the author's clock had it. */
  readonly date: string;
  readonly subject: string;
  /** The first paragraph of the message below the subject, on one line. */
  readonly reason: string;
  readonly isMerge: boolean;
  readonly files: readonly LineCount[];
}

// A head starts with \x01, which no status line can, and its fields are split by \x1f; the last one may hold anything.
const logFormat = "--format=%x01%H%x1f%P%x1f%an%x1f%aI%x1f%s%x1f%b";

/** Options of `git log` for `parseLog`: newest first, line counts by file, none for merges. */
export const logOptions = [
  "-z",
  "--numstat",
  "-M",
  "-l1000",
  "--no-diff-merges",
  "--no-show-signature",
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--no-relative",
  "--no-decorate",
  "--encoding=UTF-8",
  logFormat,
];

export function parseLog(output: string): Commit[] {
  const tokens = output.split("\0");
  const commits: Commit[] = [];
  let files: LineCount[] = [];
  let index = 0;
  while (index < tokens.length) {
    const token = tokens[index] ?? "";
    if (token.startsWith("\u0001")) {
      files = [];
      commits.push(readHead(token.slice(1), files));
      index += 1;
    } else {
      index += readFiles(tokens, index, files);
    }
  }
  return commits;
}

function readHead(text: string, files: readonly LineCount[]): Commit {
  const [id = "", parents = "", author = "", date = "", subject = "", ...body] = text.split("\u001f");
  const reason = firstParagraph(body.join(" "));
  return { id, author, date, subject: subject.trim(), reason, isMerge: parents.includes(" "), files };
}

const longestReason = 400;

// Who signed and which ticket it closes says nothing about the why.
function firstParagraph(body: string): string {
  const paragraphs = body.split(/\r?\n\s*\r?\n/).map((paragraph) => paragraph.replace(/\s+/g, " ").trim());
  const text =
    paragraphs.find((paragraph) => paragraph !== "" && !/^[\w-]+(?:-by|[Ii]d|s|es|ed)?: \S+/.test(paragraph)) ?? "";
  return text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text;
}

// git puts a line break before the first file of a commit.
function readFiles(tokens: readonly string[], index: number, files: LineCount[]): number {
  const token = (tokens[index] ?? "").replace(/^\n/, "");
  return readCount([token, tokens[index + 1] ?? "", tokens[index + 2] ?? ""], 0, (count) => files.push(count));
}

/** The commits of each file by the name it has at the end, renames followed; `commits` newest first. */
export function commitsByFile(commits: readonly Commit[]): Map<string, Commit[]> {
  const byFile = new Map<string, Commit[]>();
  const laterName = new Map<string, string>();
  for (const commit of commits) {
    for (const file of commit.files) {
      const name = laterName.get(file.path) ?? file.path;
      const known = byFile.get(name);
      if (known) known.push(commit);
      else byFile.set(name, [commit]);
      if (file.from !== null) laterName.set(file.from, name);
    }
  }
  return byFile;
}
