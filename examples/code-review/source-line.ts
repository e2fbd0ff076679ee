/** A line of source split into what runs and what is said about it. */
export interface SourceLine {
  /** Without comments, and with the inside of strings taken out. */
  readonly code: string;
  readonly comment: string;
}

const hashLanguages = new Set(["python", "ruby", "shell", "elixir"]);
const dashLanguages = new Set(["sql", "lua"]);

/**
 * Looks at one line alone, as a diff shows it: inside a string or comment that began on an earlier line it may be
 * wrong, which a reviewer sees at once.
 */
export function splitSourceLine(text: string, language: string): SourceLine {
  if (/^\s*(?:\*|<!--|\/\*)/.test(text)) return { code: "", comment: text };
  let code = "";
  let index = 0;
  while (index < text.length) {
    if (startsComment(text, index, language)) return { code, comment: text.slice(index) };
    const character = text[index] ?? "";
    code += character;
    index = isQuote(character) ? skipString(text, index) : index + 1;
  }
  return { code, comment: "" };
}

const isQuote = (character: string): boolean => character === '"' || character === "'" || character === "`";

// Answers the place after the closing quote; a quote without an end (Rust's 'a, an apostrophe) is skipped alone.
function skipString(text: string, start: number): number {
  const quote = text[start];
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === quote) return index + 1;
  }
  return start + 1;
}

function startsComment(text: string, index: number, language: string): boolean {
  const character = text[index];
  if (character === "#") return hashLanguages.has(language) || language === "php";
  if (character === "-") return text[index + 1] === "-" && dashLanguages.has(language);
  if (character !== "/" || hashLanguages.has(language)) return false;
  // Not the // of an address.
  return (text[index + 1] === "/" && text[index - 1] !== ":") || text[index + 1] === "*";
}
