import { isScope, type Part, type Tree } from "./tree.ts";

/** A line of the waterfall. */
export interface Row {
  readonly part: Part;
  readonly isExpandable: boolean;
  readonly isExpanded: boolean;
  /** Which of its siblings that are shown, from 1, and of how many. */
  readonly place: number;
  readonly siblings: number;
}

export interface RowOptions {
  /** Folded scopes, by id. */
  readonly folded: ReadonlySet<string>;
  readonly errorsOnly: boolean;
  /** Also steps that say they matter to nobody. */
  readonly showHidden: boolean;
}

/** The lines that are to be seen, from the top. A failure is never hidden, and shows what it lies in. */
export function rowsOf({ root }: Tree, options: RowOptions): Row[] {
  const rows: Row[] = [];
  addRows(rows, { parts: [root], options });
  return rows;
}

interface Addition {
  readonly parts: readonly Part[];
  readonly options: RowOptions;
}

function addRows(rows: Row[], { parts, options }: Addition): void {
  const shown = parts.filter((part) => isShown(part, options));
  shown.forEach((part, index) => {
    const isExpandable = isScope(part) && part.children.some((child) => isShown(child, options));
    const isExpanded = isExpandable && !options.folded.has(part.id);
    rows.push({ part, isExpandable, isExpanded, place: index + 1, siblings: shown.length });
    if (isExpanded) addRows(rows, { parts: part.children, options });
  });
}

function isShown({ span, failures, parent }: Part, { errorsOnly, showHidden }: RowOptions): boolean {
  if (parent === null || failures > 0) return true;
  return !errorsOnly && (showHidden || span.importance !== "hidden");
}

/** How many steps there are that say they matter to nobody, and have not failed. */
export function countHidden({ byId }: Tree): number {
  let hidden = 0;
  for (const { span, failures } of byId.values()) if (span.importance === "hidden" && failures === 0) hidden++;
  return hidden;
}

// A first look at a very long run shows its form; its parts are opened by hand.
const mostRowsAtFirst = 400;

/** What is folded when a run is opened: nothing, but the inside of large maps of a long run. */
export function foldedAtFirst(tree: Tree): Set<string> {
  const folded = new Set<string>();
  if (tree.byId.size <= mostRowsAtFirst) return folded;
  for (const part of tree.byId.values()) if (part.depth >= 2 && part.children.length > 0) folded.add(part.id);
  return folded;
}

/** Folds so that this many levels below the run are seen. */
export function foldedToLevel({ byId }: Tree, level: number): Set<string> {
  const folded = new Set<string>();
  for (const part of byId.values()) if (part.depth >= level && part.children.length > 0) folded.add(part.id);
  return folded;
}

/** The folds without those that hide this part. */
export function unfoldedFor(folded: ReadonlySet<string>, part: Part): ReadonlySet<string> {
  const next = new Set(folded);
  for (let above = part.parent; above !== null; above = above.parent) next.delete(above.id);
  return next.size === folded.size ? folded : next;
}
