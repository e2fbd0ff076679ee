/** A line of source split into what runs and what is said about it. */
export interface SourceLine {
  /** Without comments, and with the inside of strings taken out. */
  readonly code: string;
  readonly comment: string;
}

const hashLanguages = new Set(["python", "ruby", "shell", "elixir"]);
const dashLanguages = new Set(["sql", "lua"]);
const backtickLanguages = new Set(["javascript", "go"]);
const tripleLanguages = new Set(["python", "java", "kotlin", "swift", "scala"]);

/** A string or comment that a line leaves open. */
interface Open {
  readonly end: string;
  readonly isComment: boolean;
}

/**
 * Splits the lines of a hunk one after the other and knows which strings and comments reach over several lines. What
 * began above the hunk it cannot know, which a reviewer sees at once.
 */
export function createLineSplitter(language: string): (text: string) => SourceLine {
  let open: Open | null = null;
  return (text) => {
    const line = splitLine(text, language, open);
    open = line.open;
    return line;
  };
}

interface SplitLine extends SourceLine {
  readonly open: Open | null;
}

function splitLine(text: string, language: string, open: Open | null): SplitLine {
  // The middle of a comment, or a session in a Python docstring, whose beginning the hunk does not show.
  if (open === null && /^\s*(?:\*(?:\s|\/|$)|<!--|>>> |\.\.\. )/.test(text)) return { code: "", comment: text, open };
  const parts = { code: "", comment: "" };
  let [index, now] = [0, open];
  while (index < text.length) {
    if (now !== null) {
      const end = text.indexOf(now.end, index);
      const next = end < 0 ? text.length : end + now.end.length;
      if (now.isComment) parts.comment += text.slice(index, next);
      if (end < 0) return { ...parts, open: now };
      [index, now] = [next, null];
      continue;
    }
    const token = readToken(text, index, language);
    parts[token.isComment ? "comment" : "code"] += text.slice(index, index + token.shown);
    [index, now] = [index + token.length, token.open];
  }
  return { ...parts, open: now };
}

interface Token {
  readonly length: number;
  /** How many of its characters are kept: of a string only the quote. */
  readonly shown: number;
  readonly isComment: boolean;
  readonly open: Open | null;
}

const codeToken = (length: number, shown = length, open: Open | null = null): Token => {
  return { length, shown, isComment: false, open };
};

function readToken(text: string, index: number, language: string): Token {
  if (startsLineComment(text, index, language)) {
    const length = text.length - index;
    return { length, shown: length, isComment: true, open: null };
  }
  if (text.startsWith("/*", index) && !hashLanguages.has(language))
    return { length: 2, shown: 2, isComment: true, open: { end: "*/", isComment: true } };
  const triple = /^(?:"""|''')/.exec(text.slice(index, index + 3))?.[0];
  if (triple !== undefined && tripleLanguages.has(language)) return codeToken(3, 1, { end: triple, isComment: false });
  const character = text[index] ?? "";
  if (isQuote(character)) return readString(text, index, language);
  const expression = character === "/" && language === "javascript" ? regularExpression(text, index) : 0;
  return codeToken(Math.max(expression, 1), 1);
}

const isQuote = (character: string): boolean => character === '"' || character === "'" || character === "`";

// A quote without an end (Rust's 'a, an apostrophe) is skipped alone; a backtick without one opens a long string.
function readString(text: string, start: number, language: string): Token {
  const quote = text[start] ?? "";
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === quote) return codeToken(index + 1 - start, 1);
  }
  if (quote !== "`" || !backtickLanguages.has(language)) return codeToken(1);
  return codeToken(text.length - start, 1, { end: "`", isComment: false });
}

// A slash where a value may stand begins an expression, in which quotes mean nothing. Answers its length, 0 for none.
function regularExpression(text: string, index: number): number {
  if (!/(?:^|[(,=:[!&|?{};+>]|\breturn)\s*$/.test(text.slice(Math.max(0, index - 30), index))) return 0;
  return /^\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\]|\\.)*\])+\//.exec(text.slice(index, index + 500))?.[0].length ?? 0;
}

function startsLineComment(text: string, index: number, language: string): boolean {
  const character = text[index];
  if (character === "#") return hashLanguages.has(language) || language === "php" || language === "gherkin";
  if (character === "-") return text[index + 1] === "-" && dashLanguages.has(language);
  if (character !== "/" || hashLanguages.has(language)) return false;
  // Not the // of an address.
  return text[index + 1] === "/" && text[index - 1] !== ":";
}
