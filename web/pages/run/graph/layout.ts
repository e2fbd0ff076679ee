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
const gap = { x: 16, y: 28 };

type Sized = Omit<Box, "x" | "y">;

/** Time from top to bottom: what began when another had ended stands below it, what ran together side by side. */
export function planOf(groups: readonly Group[], isOpen: (group: Group) => boolean): Plan {
  const layers = Map.groupBy(layered(groups), ({ layer }) => layer);
  const rows = [...layers.keys()]
    .toSorted((a, b) => a - b)
    .map((layer) => (layers.get(layer) ?? []).map(({ group }) => sized(group, isOpen)));
  const width = Math.max(0, ...rows.map(widthOf));
  const placed: Box[][] = [];
  let y = 0;
  for (const row of rows) {
    placed.push(placeRow(row, { x: (width - widthOf(row)) / 2, y }));
    y += Math.max(...row.map(({ height }) => height)) + gap.y;
  }
  return { width, height: Math.max(0, y - gap.y), boxes: placed.flat(), lines: linesOf(placed) };
}

function placeRow(row: readonly Sized[], { x, y }: { readonly x: number; readonly y: number }): Box[] {
  let left = x;
  return row.map((box) => {
    const at = left;
    left += box.width + gap.x;
    return { ...box, x: at, y };
  });
}

function widthOf(row: readonly Sized[]): number {
  return row.reduce((sum, { width }) => sum + width, gap.x * (row.length - 1));
}

function sized(group: Group, isOpen: (group: Group) => boolean): Sized {
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

/** From each box to those of the next row. */
function linesOf(rows: readonly (readonly Box[])[]): Line[] {
  return rows.slice(1).flatMap((row, index) =>
    (rows[index] ?? []).flatMap((above) =>
      row.map((below) => ({
        from: { x: above.x + above.width / 2, y: above.y + above.height },
        to: { x: below.x + below.width / 2, y: below.y },
      })),
    ),
  );
}
