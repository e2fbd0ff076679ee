import type { Colors } from "../terminal-text.ts";

export interface TableLook {
  readonly color: Colors;
  /** Columns of the terminal; the last cell of a line is cut to fit. */
  readonly width: number;
}

/** Columns as wide as their widest cell; the last one takes what is left. */
export function table(names: readonly string[], rows: readonly (readonly string[])[], look: TableLook): string {
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => {
    const text = cells.map((cell, column) => cell.replaceAll(/\s+/g, " ").padEnd(widths[column] ?? 0)).join("  ");
    const shown = text.trimEnd();
    return shown.length <= look.width ? shown : `${shown.slice(0, look.width - 1)}…`;
  };
  return [look.color.dim(line(names)), ...rows.map(line)].join("\n");
}
