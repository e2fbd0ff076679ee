import { plural } from "../../../data/format.ts";
import { rootFailure } from "../../../score/selection.ts";
import { isAttempt, walk, type Part, type Tree } from "../../../score/tree.ts";

/** Why a run has failed, in the words of the step that it began with. */
export interface Cause {
  readonly part: Part | null;
  readonly code: string;
  readonly message: string;
  /** `after 3 attempts`, `2 more steps failed because of it`. */
  readonly more: readonly string[];
}

export function causeOf(tree: Tree): Cause | null {
  const { span } = tree.root;
  if (span.status !== "failed") return null;
  const parts = [...walk(tree.root)].filter(({ parent }) => parent !== null);
  const part = rootFailure(parts, span.error) ?? null;
  const error = part?.span.error ?? span.error;
  if (error === null) return null;
  return { part, code: error.code, message: error.message, more: part === null ? [] : moreOf(part, parts) };
}

function moreOf(part: Part, parts: readonly Part[]): string[] {
  const more: string[] = [];
  const { attempts } = part.span;
  if (attempts > 1) more.push(`after ${plural(attempts, "attempt")}`);
  const others = parts.filter((other) => isOwnFailure(other) && other !== part && !isBeside(other, part));
  const later = others.filter((other) => (other.span.finishedAt ?? 0) > (part.span.finishedAt ?? 0));
  if (later.length > 0) more.push(`${plural(later.length, "step")} more failed after it`);
  return more;
}

function isOwnFailure({ span, children }: Part): boolean {
  return span.status === "failed" && children.length === 0;
}

/** Another try of the same step. */
function isBeside(other: Part, part: Part): boolean {
  return isAttempt(other.span) && other.parent === part.parent;
}

/** The step that a person would name: of a try, the step that was tried. */
export function stepOf(part: Part): Part {
  return isAttempt(part.span) && part.parent !== null ? part.parent : part;
}

/** How many steps a new run keeps that begins again at a part: those that had ended before it began. */
export function keptBefore(tree: Tree, part: Part): number {
  const from = part.span.startedAt ?? Infinity;
  const own = new Set([...walk(part)].map(({ id }) => id));
  let kept = 0;
  for (const { id, span, children } of tree.byId.values()) {
    const isBefore = span.finishedAt !== null && span.finishedAt <= from && !own.has(id);
    if (isBefore && children.length === 0) kept++;
  }
  return kept;
}
