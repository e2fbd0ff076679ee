/** `EXPRESSION > 3`, taken apart: what a chart draws, and the line that it is compared with. */
export interface Comparison {
  readonly left: string;
  readonly threshold: number;
}

/**
 * What is compared with a number at the end of an expression; null where the end is no such comparison or where more
 * stands beside it, so that what is left would mean something else.
 */
export function comparisonOf(expression: string): Comparison | null {
  const [, left, number] =
    /^(.*?)\s*(?:>=|<=|==|!=|>|<)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*$/is.exec(expression) ?? [];
  if (left === undefined || number === undefined || left.trim() === "") return null;
  const bare = left.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, "");
  if (/\b(?:and|or|unless|bool)\b/.test(outermost(bare)) || !isBalanced(bare)) return null;
  return { left: left.trim(), threshold: Number(number) };
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const letter of text) {
    if ("([{".includes(letter)) depth += 1;
    if (")]}".includes(letter)) depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

function outermost(text: string): string {
  let before = text;
  for (;;) {
    const after = before.replaceAll(/\([^()]*\)/g, " ");
    if (after === before) return after;
    before = after;
  }
}
