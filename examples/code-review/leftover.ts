import { findConflicts } from "./conflict.ts";
import { patternsFor } from "./debug-pattern.ts";
import type { Pattern } from "./debug-pattern.ts";
import type { FilePatch, Hunk, PatchLine } from "./diff.ts";
import { isCommandLine, isTest, isTestFile, languageOf } from "./file-kind.ts";
import { atLine, groupFindings } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { budgetOf } from "./moved.ts";
import type { MovedLines } from "./moved.ts";
import { createLineSplitter } from "./source-line.ts";
import type { SourceMarks } from "./source-mark.ts";

// Not the word itself as a value: "XXX".
const todo = /(?<!["'`])\b(TODO|FIXME|XXX|HACK)\b(?!["'`])/;
// Characters that make a reader see other code than the compiler (CVE-2021-42574).
const reordering = /[\u202a-\u202e\u2066-\u2069]/;
// A line that a tool wrote; the rules for hand-written lines say nothing about it and would take long.
const longestLine = 2_000;

export interface LeftoverSources {
  readonly marks: SourceMarks;
  readonly moved: MovedLines;
}

/** What was forgotten in the added lines of a file. */
export function findLeftovers(patch: FilePatch, sources: LeftoverSources): Finding[] {
  const found = [...findConflicts(patch), ...findReordering(patch)];
  const language = languageOf(patch.path);
  if (language !== null && !sources.marks.isGenerated(patch.path)) {
    const search = { path: patch.path, language, patterns: patternsFor(language, isTest(patch.path)), ...sources };
    for (const hunk of patch.hunks) found.push(...searchHunk(hunk, search));
  }
  return groupFindings(found);
}

interface Search extends LeftoverSources {
  readonly path: string;
  readonly language: string;
  readonly patterns: readonly Pattern[];
}

function searchHunk(hunk: Hunk, search: Search): Finding[] {
  const isCandidate = ({ kind, text }: PatchLine): boolean =>
    kind === "added" && text.length <= longestLine && (todo.test(text) || matching(text, text, search).length > 0);
  // Few hunks hold anything at all: the costly look at strings and comments is for them.
  if (!hunk.lines.some(isCandidate)) return [];
  const split = createLineSplitter(search.language);
  const isEdited = budgetOf(hunk, (text) => titlesOf(text, text, text, search));
  return hunk.lines
    .filter(({ kind }) => kind !== "deleted")
    .flatMap((line) => {
      const { code, comment } = line.text.length > longestLine ? blank : split(line.text);
      return line.kind === "added"
        ? judge(line, titlesOf(code, comment, line.text, search), { ...search, isEdited })
        : [];
    });
}

const blank = { code: "", comment: "" };

interface Title extends Pick<Pattern, "title" | "severity" | "isPrint"> {}

function titlesOf(code: string, comment: string, text: string, search: Search): Title[] {
  const word = todo.exec(comment)?.[1];
  const found: Title[] = matching(code, text, search);
  return word === undefined ? found : [...found, { title: `${word} added`, severity: "low" }];
}

const matching = (code: string, text: string, { patterns }: Search): Pattern[] =>
  patterns.filter(({ expression, whole }) => expression.test(code) && (whole?.test(text) ?? true));

function judge(
  line: PatchLine,
  titles: readonly Title[],
  { path, marks, moved, isEdited }: Search & { readonly isEdited: (title: string) => boolean },
): Finding[] {
  if (titles.length === 0 || moved.take(line.text)) return [];
  return titles
    .filter(({ isPrint }) => isPrint !== true || !isPrinting(path, line.line, marks))
    .filter(({ title }) => !isEdited(title))
    .map(({ title, severity }) => atLine(path, line, { title, severity }));
}

// Beside tests lie programs that a test starts and reads; in a test itself a print is a leftover.
const isPrinting = (path: string, line: number, marks: SourceMarks): boolean =>
  isCommandLine(path) || marks.isPrinting(path, line) || (isTest(path) && !isTestFile(path));

function findReordering({ path, hunks }: FilePatch): Finding[] {
  return hunks
    .flatMap(({ lines }) => lines)
    .filter(({ kind, text }) => kind === "added" && reordering.test(text))
    .map((line) => atLine(path, line, { title: "hidden character that reorders text", severity: "high" }));
}
