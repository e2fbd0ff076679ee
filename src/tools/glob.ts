import { TuttiError } from "../core/error.ts";

/** Says whether a path relative to the workspace, with `/` between its parts, fits a pattern. */
export type GlobMatcher = (path: string) => boolean;

// A pattern such as {a,b}{c,d}{e,f}… doubles with every group; no honest one comes near this.
const maxAlternatives = 64;
const maxPatternLength = 300;

/**
 * `*`, `?`, `**`, `[a-z]` and `{a,b}`; names that begin with a dot fit as well. A pattern without `/` is compared with the
 * last part only, so `*.ts` means every TypeScript file. Own code, because patterns come from models: the usual
 * translation to regular expressions takes exponential time on some of them, this is bounded by length × length.
 */
export function createGlob(pattern: string): GlobMatcher {
  if (pattern.length > maxPatternLength)
    throw invalidGlob(pattern.slice(0, 40), `is longer than ${maxPatternLength} characters`);
  const alternatives = expandBraces(pattern.replace(/^\.\//, "")).map((text) => text.split("/"));
  return (path) => {
    const parts = path.split("/");
    return alternatives.some((wanted) =>
      wanted.length === 1 && wanted[0] !== "**"
        ? matchPart(wanted[0] ?? "", parts.at(-1) ?? "")
        : matchParts(wanted, parts),
    );
  };
}

function matchParts(wanted: readonly string[], parts: readonly string[]): boolean {
  return matchStars(wanted, parts, (piece) => piece === "**", matchPart);
}

function matchPart(wanted: string, text: string): boolean {
  return matchStars(pieces(wanted), Array.from(text), (piece) => piece === "*" || piece === "**", matchCharacter);
}

function matchCharacter(piece: string, char: string): boolean {
  return piece === "?" || piece === char || inClass(piece, char);
}

/** Greedy matching that only ever goes back to the last star: quadratic at worst. */
function matchStars(
  wanted: readonly string[],
  given: readonly string[],
  isStar: (piece: string) => boolean,
  matches: (piece: string, item: string) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < given.length;) {
    const piece = wanted[at];
    if (piece !== undefined && isStar(piece)) {
      star = at++;
      resume = index;
    } else if (piece !== undefined && matches(piece, given[index] ?? "")) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  return wanted.slice(at).every(isStar);
}

/** Single characters, `*`, `?`, and whole classes such as `[a-z]`. */
function pieces(text: string): string[] {
  return text.match(/\[[!^]?\]?[^\]]*\]|\*+|[^]/gu) ?? [];
}

function inClass(piece: string, char: string): boolean {
  if (piece.length < 3 || !piece.startsWith("[")) return false;
  const isNegated = /^\[[!^]/.test(piece);
  const members = Array.from(piece.slice(isNegated ? 2 : 1, -1));
  let isMember = false;
  for (let index = 0; index < members.length; index++) {
    const low = members[index] ?? "";
    const high = members[index + 1] === "-" ? members[index + 2] : undefined;
    if (high !== undefined) index += 2;
    if (char >= low && char <= (high ?? low)) isMember = true;
  }
  return isMember !== isNegated;
}

function expandBraces(pattern: string): string[] {
  let patterns = [pattern];
  for (;;) {
    const next = patterns.flatMap(expandOnce);
    if (next.length === patterns.length && next.every((text, index) => text === patterns[index])) return patterns;
    if (next.length > maxAlternatives) throw invalidGlob(pattern, `stands for more than ${maxAlternatives} patterns`);
    patterns = next;
  }
}

/** Opens the first innermost `{a,b}`. */
function expandOnce(pattern: string): string[] {
  const match = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (!match) return [pattern];
  const before = pattern.slice(0, match.index);
  const after = pattern.slice(match.index + match[0].length);
  return (match[1] ?? "").split(",").map((choice) => before + choice + after);
}

function invalidGlob(pattern: string, problem: string): TuttiError {
  return new TuttiError("tool.input_invalid", `the glob ${JSON.stringify(pattern)} ${problem}`, {
    hint: "Write something such as `*.ts` or `src/**/*.{ts,tsx}`.",
  });
}
