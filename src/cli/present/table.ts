import type { Output } from "../output.ts";

/** Columns as wide as their widest cell; the last one takes what it needs. */
export function table(names: readonly string[], rows: readonly (readonly string[])[], color: Output["color"]): string {
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("  ");
  return [color.dim(line(names)), ...rows.map(line)].join("\n");
}
