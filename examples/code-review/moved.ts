import type { FilePatch, Hunk } from "./diff.ts";

/** Lines that the change took away somewhere: what it adds with the same words is moved, not new. */
export interface MovedLines {
  /** True as often as the line was taken away. */
  take(text: string): boolean;
}

// Shorter ones are alike by chance; longer ones are data.
const [shortest, longest] = [6, 2_000];
// What the rules look for; other lines would only fill the memory.
const ofInterest =
  /TODO|FIXME|XXX|HACK|print|console|debug|dump|dbg|puts|pp? |dd\(|Write|inspect|set -|pry|skip|only|^\s*x?f?it\b|focus|@|#\[/i;

export function movedLines(patches: readonly FilePatch[]): MovedLines {
  const left = new Map<string, number>();
  for (const { hunks } of patches) {
    for (const hunk of hunks) countDeleted(hunk, left);
  }
  return {
    take(text) {
      const key = text.trim();
      const count = left.get(key) ?? 0;
      if (count > 0) left.set(key, count - 1);
      return count > 0;
    },
  };
}

function countDeleted({ lines }: Hunk, left: Map<string, number>): void {
  for (const { text, kind } of lines) {
    if (kind !== "deleted" || text.length > longest || !ofInterest.test(text)) continue;
    const key = text.trim();
    if (key.length >= shortest) left.set(key, (left.get(key) ?? 0) + 1);
  }
}

/** Answers true for as many titles as the hunk's deleted lines had: what stood there before was edited, not added. */
export function budgetOf(
  { lines }: Hunk,
  titlesOf: (text: string) => readonly { readonly title: string }[],
): (title: string) => boolean {
  const left = new Map<string, number>();
  for (const { kind, text } of lines) {
    if (kind !== "deleted" || text.length > longest) continue;
    for (const { title } of titlesOf(text)) left.set(title, (left.get(title) ?? 0) + 1);
  }
  return (title) => {
    const count = left.get(title) ?? 0;
    if (count > 0) left.set(title, count - 1);
    return count > 0;
  };
}
