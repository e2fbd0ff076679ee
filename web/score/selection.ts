import { rootId, walk, type Part, type Tree } from "./tree.ts";
import type { Row } from "./row.ts";

/** What is looked at first: the failure that the rest follows from, else what runs or waits, else the last that was done. */
export function firstSelection(tree: Tree): string {
  const parts = [...walk(tree.root)].filter(({ parent }) => parent !== null);
  const failed = tree.root.span.status === "failed" ? rootFailure(parts, tree.root.span.error) : undefined;
  const open = (status: string): Part | undefined =>
    parts.findLast(({ span, children }) => span.status === status && children.length === 0);
  const found = failed ?? open("running") ?? open("waiting") ?? lastDone(parts);
  return found?.id ?? rootId;
}

/**
 * The failure that ended the run: of those that nothing below explains the first with the run's own error, as failures that
 * the flow has caught ended nothing; else the first of all.
 */
export function rootFailure(parts: readonly Part[], ended: Part["span"]["error"]): Part | undefined {
  const failed = parts.filter(({ span }) => span.status === "failed");
  const leaves = failed.filter(({ children }) => !children.some(({ failures }) => failures > 0));
  // A try that failed before one that did not is no reason for anything.
  const counted = leaves.filter((part) => !isHealed(part));
  const candidates = (counted.length > 0 ? counted : leaves).toSorted((a, b) => endOf(a) - endOf(b));
  const isCause = ({ span: { error } }: Part): boolean =>
    error !== null && error.code === ended?.code && error.message === ended.message;
  return candidates.find(isCause) ?? candidates[0];
}

/** A failed step whose surroundings went on all the same: a try that was made again, a failure that was caught. */
function isHealed(part: Part): boolean {
  for (let above = part.parent; above !== null; above = above.parent) {
    if (above.span.status === "succeeded") return true;
  }
  return false;
}

function endOf({ span }: Part): number {
  return span.finishedAt ?? span.startedAt ?? Infinity;
}

function lastDone(parts: readonly Part[]): Part | undefined {
  return parts
    .filter(({ children, span }) => children.length === 0 && span.importance !== "hidden")
    .reduce<Part | undefined>((last, part) => (last && endOrZero(last) > endOrZero(part) ? last : part), undefined);
}

function endOrZero({ span }: Part): number {
  return span.finishedAt ?? span.startedAt ?? 0;
}

/** The row `step` lines away, kept within the list. */
export function moved(rows: readonly Row[], selected: string, step: number): string {
  const at = rows.findIndex(({ part }) => part.id === selected);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  return next?.part.id ?? selected;
}

/** The next failure behind the selected part, in the order of the page; from the last one to the first. */
export function nextFailure(tree: Tree, selected: string): Part | undefined {
  const all = [...walk(tree.root)];
  const at = all.findIndex(({ id }) => id === selected);
  return all.slice(at + 1).find(isFailure) ?? all.find(isFailure);
}

function isFailure({ span, parent, children }: Part): boolean {
  return parent !== null && span.status === "failed" && !children.some(({ failures }) => failures > 0);
}
