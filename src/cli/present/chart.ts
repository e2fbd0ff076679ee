const blocks = " ▁▂▃▄▅▆▇█";
const levelsOfRow = blocks.length - 1;

export interface ChartSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Values from left to right as rows of block characters, the highest row first. Null is a gap. The scale begins at
 * zero, or below it where values do, so that twice as much looks like twice as much.
 */
export function chart(values: readonly (number | null)[], { columns, rows }: ChartSize): string[] {
  const cells = squeezed(values, columns);
  const there = cells.filter((value) => value !== null);
  const low = Math.min(0, ...there);
  const high = Math.max(low, ...there);
  const levels = rows * levelsOfRow;
  const heights = cells.map((value) => (value === null ? null : heightOf(value, { low, high, levels })));
  return Array.from({ length: rows }, (_none, row) => {
    const below = (rows - 1 - row) * levelsOfRow;
    return heights.map((height) => blockOf(height === null ? 0 : height - below)).join("");
  });
}

/** What is there shows at least as a line. */
function heightOf(value: number, { low, high, levels }: { low: number; high: number; levels: number }): number {
  return high === low ? 1 : Math.max(1, Math.round(((value - low) / (high - low)) * levels));
}

function blockOf(height: number): string {
  return blocks.charAt(Math.max(0, Math.min(levelsOfRow, height)));
}

/** As many as there is room for: where several share a column it shows the highest, which a mean would hide. */
function squeezed(values: readonly (number | null)[], columns: number): (number | null)[] {
  if (values.length <= columns) return [...values];
  return Array.from({ length: columns }, (_none, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    const there = values.slice(from, to).filter((value) => value !== null);
    return there.length === 0 ? null : Math.max(...there);
  });
}
