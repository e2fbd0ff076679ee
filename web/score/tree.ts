import type { Span, Timeline } from "./timeline.ts";

/** A step in its place: what it lies in, and what lies in it, in the order of beginning. */
export interface Part {
  readonly id: string;
  readonly span: Span;
  readonly parent: Part | null;
  readonly children: Part[];
  readonly depth: number;
  /** What it is called here: `item 2 › words`, `attempt 1 of 3`. */
  name: string;
  /** Steps in it or below that have failed, itself included. */
  failures: number;
}

export interface Tree {
  readonly root: Part;
  readonly byId: ReadonlyMap<string, Part>;
}

export const rootId = "";

/** The whole run is the first part: everything else lies in it. */
export function buildTree({ run, spans }: Timeline): Tree {
  const root = toPart(runSpan({ run, spans }), null);
  const byId = new Map<string, Part>([[rootId, root]]);
  const waiting = new Map(spans.map((span) => [span.key, span]));
  const place = (span: Span): Part => {
    const there = byId.get(span.key);
    if (there) return there;
    const above = span.parent === null ? undefined : (byId.get(span.parent) ?? placeAbove(span.parent));
    const part = toPart(span, above ?? root);
    (above ?? root).children.push(part);
    byId.set(part.id, part);
    return part;
  };
  // A step may be told of before the scope that it lies in.
  const placeAbove = (key: string): Part | undefined => {
    const span = waiting.get(key);
    return span === undefined ? undefined : place(span);
  };
  for (const span of spans) place(span);
  const tree = { root: joinItems(root, { depth: 0, parent: null }), byId: new Map<string, Part>() };
  for (const part of walk(tree.root)) tree.byId.set(part.id, part);
  countFailures(tree.root);
  return tree;
}

function toPart(span: Span, parent: Part | null): Part {
  const depth = parent === null ? 0 : parent.depth + 1;
  return { id: span.key, span, parent, children: [], depth, name: nameOf(span), failures: 0 };
}

interface Place {
  readonly depth: number;
  readonly parent: Part | null;
  /** Of an item that stands for itself no more. */
  readonly item?: string;
}

/** What holds one step alone is that step, a line less for each: an item of a map, an agent's turn without tools, a single try. */
function joinItems(part: Part, { depth, parent, item }: Place): Part {
  const [only] = part.children;
  if (["item", "turn"].includes(part.span.kind) && part.children.length === 1 && only) {
    return joinItems(only, { depth, parent, item: part.name });
  }
  const joined: Part = { ...part, depth, parent, name: joinedName(part.name, item), children: [] };
  if (part.children.length === 1 && only && isAttempt(only.span) && part.span.attempts <= 1) return joined;
  const children = part.children.map((child) => joinItems(child, { depth: depth + 1, parent: joined }));
  joined.children.push(...withShortNames(children).toSorted(byBeginning));
  return joined;
}

/** A turn's call is the turn; an item's step has a name that may be the same in all. */
function joinedName(name: string, around: string | undefined): string {
  if (around === undefined) return name;
  return around.startsWith("turn ") ? around : `${around} › ${name}`;
}

/** Where the steps tell the items apart by themselves, the items' numbers only take room. */
function withShortNames(parts: readonly Part[]): readonly Part[] {
  const bare = parts.map(({ name }) => name.replace(/^item \d+ › /, ""));
  if (new Set(bare).size < parts.length) return parts;
  for (const [index, part] of parts.entries()) part.name = bare[index] ?? part.name;
  return parts;
}

/** Items count from one, as people do. */
function nameOf(span: Span): string {
  if (isAttempt(span)) return `attempt ${span.attempt ?? 1} of ${span.attempts}`;
  const item = /^\[(\d+)\]$/.exec(span.name)?.[1];
  return item === undefined ? span.name : `item ${Number(item) + 1}`;
}

function runSpan({ run, spans }: Pick<Timeline, "run" | "spans">): Span {
  const began = run.startedAt ?? spans[0]?.startedAt ?? null;
  return {
    key: rootId,
    parent: null,
    depth: 0,
    name: run.flow,
    kind: run.kind ?? "run",
    status: run.status,
    attempts: 1,
    startedAt: began,
    finishedAt: run.finishedAt,
    model: null,
    phases:
      began === null || began - run.createdAt < 1 ? [] : [{ kind: "queued" as const, from: run.createdAt, to: began }],
    tokens: null,
    cost: null,
    error: run.error,
    importance: "normal",
    inputBytes: null,
    outputBytes: null,
  };
}

/** Items in their order, other steps in that of beginning. What has not begun comes last, as it was told. */
function byBeginning(a: Part, b: Part): number {
  const items = [itemOf(a), itemOf(b)] as const;
  if (items[0] !== null && items[1] !== null) return items[0] - items[1];
  return (a.span.startedAt ?? Infinity) - (b.span.startedAt ?? Infinity) || 0;
}

function itemOf({ id, parent }: Part): number | null {
  const inside = parent !== null && id.startsWith(`${parent.id}[`) ? id.slice(parent.id.length) : "";
  const found = /^\[(\d+)\]/.exec(inside)?.[1];
  return found === undefined ? null : Number(found);
}

function countFailures(part: Part): number {
  const own = part.span.status === "failed" && part.parent !== null ? 1 : 0;
  part.failures = part.children.reduce((sum, child) => sum + countFailures(child), own);
  return part.failures;
}

export function isScope({ parent, children }: Part): boolean {
  return children.length > 0 || parent === null;
}

/** Several tries of one step, each a lane of its own. */
export function hasAttempts({ children }: Part): boolean {
  return children.some(({ span }) => isAttempt(span));
}

/** A try of a step that was tried again: `draft/attempt#2`. */
export function isAttempt({ kind }: Pick<Span, "kind">): boolean {
  return kind === "attempt";
}

export function* walk(part: Part): Generator<Part> {
  yield part;
  for (const child of part.children) yield* walk(child);
}
