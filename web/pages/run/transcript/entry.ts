import { isAttempt, walk, type Part, type Tree } from "../../../score/tree.ts";

/** A passage of the transcript: one step, in the order in which a reader wants them. */
export interface Entry {
  readonly part: Part;
  /** What it lies in, where that is another than of the passage before. */
  readonly heading: string | null;
  readonly kind: "model" | "tool" | "review" | "wait" | "note";
}

const toolKinds: ReadonlySet<string> = new Set(["tool", "shell", "run", "emit"]);
const waitKinds: ReadonlySet<string> = new Set(["sleep", "waitFor", "flow"]);

/** The steps as one reads them: what has happened, in time, with what they lie in as headings. */
export function entriesOf(tree: Tree): Entry[] {
  const parts = [...walk(tree.root)].filter(isTold).toSorted(byTime);
  let last = "";
  return parts.map((part) => {
    const heading = headingOf(part);
    const isNew = heading !== last;
    last = heading;
    return { part, heading: isNew && heading !== "" ? heading : null, kind: kindOf(part) };
  });
}

function isTold({ span, children, parent }: Part): boolean {
  if (parent === null || span.importance === "hidden") return false;
  // A turn of an agent speaks, and then come its tools. Tries that failed are told, the one that did not is the step.
  if (span.model !== null && span.isDerived !== true && span.kind !== "agent") return !hasTries(children);
  return children.length === 0 && span.kind !== "agent";
}

function hasTries(children: readonly Part[]): boolean {
  return children.some(({ span }) => isAttempt(span));
}

function headingOf(part: Part): string {
  const names: string[] = [];
  for (let above = part.parent; above !== null && above.parent !== null; above = above.parent) {
    if (!/^turn \d+$/.test(above.name)) names.unshift(above.name);
  }
  return names.join(" › ");
}

function kindOf({ span }: Part): Entry["kind"] {
  if (span.kind === "review") return "review";
  if (waitKinds.has(span.kind)) return "wait";
  if (span.model !== null || span.kind === "model") return "model";
  return toolKinds.has(span.kind) ? "tool" : "note";
}

/** What has not begun comes last; of two that began at once the first one told. */
function byTime(a: Part, b: Part): number {
  const left = a.span.startedAt ?? Infinity;
  const right = b.span.startedAt ?? Infinity;
  return left === right ? 0 : left - right;
}
