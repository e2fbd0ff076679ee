import type { Part } from "../../../score/tree.ts";

/** Steps that are one box of the graph: the same step of every item, every turn, every round. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly parts: readonly Part[];
  /** What lies in them, grouped alike. */
  readonly inner: readonly Group[];
  readonly from: number;
  readonly to: number;
}

// A box for more would be a picture of nothing.
const mostGroups = 40;

export function groupsOf(parts: readonly Part[], prefix = ""): readonly Group[] {
  const byName = Map.groupBy(parts.flatMap(withoutItem), (part) => `${part.span.kind}:${commonName(part)}`);
  const groups = [...byName].map(([id, members]) => toGroup(`${prefix}/${id}`, members));
  return groups.toSorted((a, b) => a.from - b.from).slice(0, mostGroups);
}

function toGroup(id: string, parts: readonly Part[]): Group {
  const [first] = parts;
  const children = parts.flatMap((part) => part.children.filter(({ span }) => span.kind !== "attempt"));
  return {
    id,
    name: first === undefined ? "" : commonName(first),
    kind: first?.span.kind ?? "",
    parts,
    inner: children.length === 0 ? [] : groupsOf(children, id),
    from: parts.reduce((least, { span }) => Math.min(least, span.startedAt ?? Infinity), Infinity),
    to: parts.reduce((most, { span }) => Math.max(most, span.finishedAt ?? Infinity), 0),
  };
}

/** An item of a map is no step: what it holds is. */
function withoutItem(part: Part): readonly Part[] {
  return part.span.kind === "item" ? part.children : [part];
}

/** `turn 3` is a turn, `item 2 › words` is words. */
function commonName({ name, span }: Part): string {
  const bare = name.replace(/^item \d+ › /, "").replace(/#\d+$/, "");
  if (/^turn \d+$/.test(bare)) return "turn";
  // The steps of a map are one step, however each is called.
  return isItemStep(span.key) ? commonOfItems(bare, span.kind) : bare;
}

function isItemStep(key: string): boolean {
  return /\[\d+\]\/[^/[\]]+$/.test(key);
}

function commonOfItems(name: string, kind: string): string {
  return kind === "model" || kind === "agent" ? kind : name;
}

/** How a box stands: what runs first, then what waits, then what failed. */
export function statusOf({ parts }: Pick<Group, "parts">): string {
  const order = ["running", "waiting", "failed", "cancelled", "skipped", "succeeded"];
  const asks = parts.some(({ span }) => span.kind === "review" && span.status === "waiting");
  if (asks) return "waiting for you";
  return order.find((status) => parts.some(({ span }) => span.status === status)) ?? "pending";
}

/** `3/5`: of the steps of a box so many have ended well. */
export function countOf({ parts }: Pick<Group, "parts">): string {
  if (parts.length < 2) return "";
  const done = parts.filter(({ span }) => span.status === "succeeded").length;
  return `${done}/${parts.length}`;
}
