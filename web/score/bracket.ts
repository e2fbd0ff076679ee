import type { Row } from "./row.ts";
import type { Part } from "./tree.ts";

/** A bracket in the gutter that joins a scope's lines, from its own to the last one inside. */
export interface Bracket {
  readonly from: number;
  readonly to: number;
  readonly level: number;
  /** Thin: one after another. Thick: together. Double: an agent's turns. */
  readonly weight: "thin" | "thick" | "double";
}

// Deeper ones would take the room of the names.
export const mostIndent = 8;

export function bracketsOf(rows: readonly Row[]): Bracket[] {
  const brackets: Bracket[] = [];
  const open: { part: Part; from: number }[] = [];
  const close = (until: number, isOutside: (part: Part) => boolean): void => {
    for (let last = open.at(-1); last && isOutside(last.part); last = open.at(-1)) {
      open.pop();
      const level = Math.min(last.part.depth, mostIndent);
      brackets.push({ from: last.from, to: until, level, weight: weightOf(last.part) });
    }
  };
  rows.forEach(({ part, isExpanded }, index) => {
    close(index - 1, (scope) => scope.depth >= part.depth);
    if (isExpanded) open.push({ part, from: index });
  });
  close(rows.length - 1, () => true);
  return brackets.toSorted((a, b) => a.from - b.from);
}

function weightOf({ span }: Part): Bracket["weight"] {
  if (span.kind === "agent") return "double";
  return span.kind === "map" || span.kind === "race" || span.kind === "vote" ? "thick" : "thin";
}
