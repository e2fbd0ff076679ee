import type { Group } from "./group.ts";

/** A box with its place inside of the one around it, pixels. */
export interface Box {
  readonly group: Group;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly inner: Plan | null;
}

export interface Line {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

export interface Plan {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

export const leaf = { width: 184, height: 44 };
export const frame = { title: 36, padding: 12 };
const gap = { x: 36, y: 12 };

/** Time from left to right: what began when another had ended stands behind it, what ran together one below the other. */
export function planOf(groups: readonly Group[], isOpen: (group: Group) => boolean): Plan {
  const columns = Map.groupBy(layered(groups), ({ layer }) => layer);
  const order = [...columns.keys()].toSorted((a, b) => a - b);
  const boxes: Box[] = [];
  let x = 0;
  let height = 0;
  for (const layer of order) {
    const column = (columns.get(layer) ?? []).map(({ group }) => sized(group, isOpen));
    let y = 0;
    for (const box of column) {
      boxes.push({ ...box, x, y });
      y += box.height + gap.y;
    }
    height = Math.max(height, y - gap.y);
    x += Math.max(...column.map((box) => box.width)) + gap.x;
  }
  const centred = boxes.map((box) => ({ ...box, y: box.y + (height - columnHeight(boxes, box.x)) / 2 }));
  return { width: Math.max(0, x - gap.x), height: Math.max(0, height), boxes: centred, lines: linesOf(centred) };
}

function columnHeight(boxes: readonly Box[], x: number): number {
  const column = boxes.filter((box) => box.x === x);
  return column.reduce((sum, box) => sum + box.height, gap.y * (column.length - 1));
}

function sized(group: Group, isOpen: (group: Group) => boolean): Omit<Box, "x" | "y"> {
  if (group.inner.length === 0 || !isOpen(group)) return { group, ...leaf, inner: null };
  const inner = planOf(group.inner, isOpen);
  return {
    group,
    width: Math.max(leaf.width, inner.width + frame.padding * 2),
    height: inner.height + frame.title + frame.padding,
    inner,
  };
}

function layered(groups: readonly Group[]): { readonly group: Group; readonly layer: number }[] {
  const placed: { readonly group: Group; readonly layer: number }[] = [];
  for (const group of groups) {
    const before = placed.filter((other) => other.group.to <= group.from);
    placed.push({ group, layer: before.reduce((most, { layer }) => Math.max(most, layer + 1), 0) });
  }
  return placed;
}

/** From each box to those of the next column. */
function linesOf(boxes: readonly Box[]): Line[] {
  const columns = [...new Set(boxes.map(({ x }) => x))].toSorted((a, b) => a - b);
  return columns.slice(1).flatMap((x, index) => {
    const left = boxes.filter((box) => box.x === columns[index]);
    const right = boxes.filter((box) => box.x === x);
    return left.flatMap((one) =>
      right.map((other) => ({
        from: { x: one.x + one.width, y: middle(one) },
        to: { x: other.x, y: middle(other) },
      })),
    );
  });
}

/** Of a frame its title: lines go to what it is called. */
function middle({ y, height, inner }: Box): number {
  return inner === null ? y + height / 2 : y + frame.title / 2;
}
