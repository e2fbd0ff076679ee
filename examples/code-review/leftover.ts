import type { FilePatch, PatchLine } from "./diff.ts";
import { isCommandLine, isGenerated, isTest, languageOf } from "./file-kind.ts";
import { groupFindings } from "./finding.ts";
import type { Finding, Severity } from "./finding.ts";
import { splitSourceLine } from "./source-line.ts";

interface Pattern {
  readonly expression: RegExp;
  readonly title: string;
  readonly severity: Severity;
}

const print = (expression: RegExp): Pattern => ({ expression, title: "debug print", severity: "low" });
const stop = (expression: RegExp): Pattern => ({ expression, title: "debugger stop", severity: "high" });

const debugPatterns: Readonly<Record<string, readonly Pattern[]>> = {
  javascript: [print(/\bconsole\.(?:log|debug|dir|trace|table)\(/), stop(/(?:^|[;{}]|\s)debugger\s*(?:;|$)/)],
  python: [print(/(?:^|[\s;:])p?print\(/), stop(/\b(?:breakpoint\(\)|i?pdb\.set_trace\()/)],
  ruby: [print(/(?:^|\s)(?:puts|pp|p) \S/), stop(/\b(?:binding\.(?:pry|irb)|byebug)\b/)],
  php: [print(/\b(?:var_dump|print_r|dump)\(/), stop(/(?:^|[^\w>:])dd\(/)],
  java: [print(/\bSystem\.(?:out|err)\.print|\.printStackTrace\(\)/)],
  kotlin: [print(/(?:^|[^\w.])println?\(/)],
  swift: [print(/(?:^|[^\w.])(?:print|debugPrint|dump)\(/)],
  csharp: [print(/\b(?:Console|Debug)\.Write(?:Line)?\(/), stop(/\bDebugger\.(?:Break|Launch)\(/)],
  go: [print(/\b(?:fmt\.Print(?:ln|f)?|spew\.Dump|println)\(/)],
  rust: [print(/\bdbg!\(/)],
  shell: [print(/^\s*set -[a-z]*x/)],
  elixir: [print(/\bIO\.inspect\(/), stop(/\bIEx\.pry\b/)],
  dart: [print(/(?:^|[^\w.])(?:print|debugPrint)\(/)],
};

const focused = (expression: RegExp): Pattern => ({
  expression,
  title: "focused test: the others do not run",
  severity: "high",
});

const focusPatterns: Readonly<Record<string, readonly Pattern[]>> = {
  javascript: [
    focused(/\b(?:describe|context|suite|it|test|bench)(?:\.\w+)*\.only\b/),
    focused(/(?:^|[^\w.])(?:fdescribe|fcontext|fit)\(/),
    focused(/\{\s*only:\s*true\b/),
  ],
  ruby: [focused(/(?:^|\s)(?:fdescribe|fcontext|fit)\b/), focused(/\bfocus: true\b|, :focus\b/)],
  python: [focused(/@pytest\.mark\.only\b/)],
};

const todo = /\b(TODO|FIXME|XXX|HACK)\b/;
// Characters that make a reader see other code than the compiler (CVE-2021-42574).
const reordering = /[\u202a-\u202e\u2066-\u2069]/;
// A line that a tool wrote; the rules for hand-written lines say nothing about it and would take long.
const longestLine = 2_000;

/** What was forgotten in the added lines of a file. */
export function findLeftovers(patch: FilePatch): Finding[] {
  const added = patch.hunks.flatMap((hunk) => hunk.lines.filter((line) => line.kind === "added"));
  const found = [...findConflicts(patch.path, added), ...findReordering(patch.path, added)];
  const language = languageOf(patch.path);
  if (language !== null && !isGenerated(patch.path)) {
    const patterns = patternsFor(patch.path, language);
    for (const line of added) found.push(...lineFindings(patch.path, line, language, patterns));
  }
  return groupFindings(found);
}

function patternsFor(path: string, language: string): Pattern[] {
  const debug = (debugPatterns[language] ?? []).filter(({ severity }) => severity !== "low" || !isCommandLine(path));
  return [...debug, ...(isTest(path) ? (focusPatterns[language] ?? []) : [])];
}

function lineFindings(path: string, line: PatchLine, language: string, patterns: readonly Pattern[]): Finding[] {
  if (line.text.length > longestLine) return [];
  const { code, comment } = splitSourceLine(line.text, language);
  const found = patterns
    .filter(({ expression }) => expression.test(code))
    .map(({ title, severity }) => leftover(path, line, title, severity));
  const word = todo.exec(comment)?.[1];
  return word === undefined ? found : [...found, leftover(path, line, `${word} added`, "low")];
}

// A line of equals signs alone is also how a heading is underlined, so only the other two marks count.
function findConflicts(path: string, added: readonly PatchLine[]): Finding[] {
  return added
    .filter(({ text }) => /^(?:<{7}|>{7})(?: |$)/.test(text))
    .map((line) => leftover(path, line, "conflict marker", "high"));
}

function findReordering(path: string, added: readonly PatchLine[]): Finding[] {
  return added
    .filter(({ text }) => reordering.test(text))
    .map((line) => leftover(path, line, "hidden character that reorders text", "high"));
}

function leftover(path: string, line: PatchLine, title: string, severity: Severity): Finding {
  return { severity, kind: "leftover", file: path, line: line.line, title, detail: excerpt(line.text), source: "rule" };
}

function excerpt(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > 120 ? `${trimmed.slice(0, 119)}…` : trimmed;
}
