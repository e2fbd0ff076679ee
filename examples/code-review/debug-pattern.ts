import type { Severity } from "./finding.ts";

/** What a forgotten line looks like. */
export interface Pattern {
  /** Tried on the code alone, without comments and the inside of strings. */
  readonly expression: RegExp;
  /** Must match too, on the line as it stands. */
  readonly whole?: RegExp;
  readonly title: string;
  readonly severity: Severity;
  /** Not where printing is the job of the code. */
  readonly isPrint?: boolean;
}

const print = (expression: RegExp): Pattern => ({ expression, title: "debug print", severity: "low", isPrint: true });
const stop = (expression: RegExp): Pattern => ({ expression, title: "debugger stop", severity: "high" });

const debugPatterns: Readonly<Record<string, readonly Pattern[]>> = {
  javascript: [print(/\bconsole\.(?:log|debug|dir|trace|table)\(/), stop(/(?:^|[;{}]|\s)debugger\s*(?:;|$)/)],
  // With `file=` the writer chose where it goes: output, not a trace.
  python: [print(/(?:^|[\s;:])p?print\((?!.*\bfile=)/), stop(/\b(?:breakpoint\(\)|i?pdb\.set_trace\()/)],
  ruby: [print(/(?:^|\s)(?:puts|pp|p) \S/), stop(/\b(?:binding\.(?:pry|irb)|byebug)\b/)],
  php: [print(/\b(?:var_dump|print_r|dump)\(/), stop(/(?:^|[^\w>:])dd\(/)],
  java: [print(/\bSystem\.(?:out|err)\.print|\.printStackTrace\(\)/)],
  kotlin: [print(/(?:^|[^\w.])println?\(/)],
  swift: [print(/(?:^|[^\w.])(?:print|debugPrint|dump)\(/)],
  csharp: [print(/\b(?:Console|Debug)\.Write(?:Line)?\(/), stop(/\bDebugger\.(?:Break|Launch)\(/)],
  go: [print(/\b(?:fmt\.Print(?:ln|f)?|spew\.Dump|println)\(/)],
  // A plain println! is how Rust programs talk; the form for debugging is not meant for users.
  rust: [print(/\bdbg!\(/), { ...print(/\be?println!\(/), whole: /\be?println!\(.*\{\w*:#?\?\}/ }],
  shell: [print(/^\s*set -[a-z]*x/)],
  elixir: [print(/\bIO\.inspect\(/), stop(/\bIEx\.pry\b/)],
  dart: [print(/(?:^|[^\w.])(?:print|debugPrint)\(/)],
};

const focused = (expression: RegExp): Pattern => {
  return { expression, title: "focused test: the others do not run", severity: "high" };
};
const skipped = (expression: RegExp): Pattern => ({ expression, title: "test switched off", severity: "low" });

const testPatterns: Readonly<Record<string, readonly Pattern[]>> = {
  javascript: [
    focused(/\b(?:describe|context|suite|it|test|bench)(?:\.\w+)*\.only\b/),
    focused(/(?:^|[^\w.])(?:fdescribe|fcontext|fit)\(/),
    focused(/\{\s*only:\s*true\b/),
    // With a name first; `test.skip(condition)` is decided when it runs.
    skipped(/\b(?:describe|context|suite|it|test)\.skip\(\s*["'`]|(?:^|[^\w.])(?:xit|xdescribe|xtest)\(/),
  ],
  ruby: [focused(/(?:^|\s)(?:fdescribe|fcontext|fit)\b/), focused(/\bfocus: true\b|, :focus\b/), skipped(/^\s*xit\b/)],
  python: [
    focused(/@pytest\.mark\.(?:only|focus)\b/),
    skipped(/^\s*@(?:pytest\.mark\.skip|unittest\.skip)(?:\(|\s*$)/),
  ],
  go: [focused(/\bF(?:It|Describe|Context|When|Specify|Entry|DescribeTable)\(/)],
  swift: [focused(/(?:^|[^\w.])(?:fdescribe|fcontext|fit)\(/)],
  java: [skipped(/^\s*@(?:Disabled|Ignore)\b/)],
  kotlin: [skipped(/^\s*@(?:Disabled|Ignore)\b/)],
  rust: [skipped(/^\s*#\[ignore\b/)],
  gherkin: [focused(/^\s*@(?:focus|only)\b/i)],
};

export function patternsFor(language: string, isTest: boolean): readonly Pattern[] {
  return [...(debugPatterns[language] ?? []), ...(isTest ? (testPatterns[language] ?? []) : [])];
}
