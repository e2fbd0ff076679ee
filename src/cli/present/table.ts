import { escapeHidden, type Colors } from "../terminal-text.ts";
import { columnsOf, cutText } from "../text-width.ts";

export interface TableLook {
  readonly color: Colors;
  /** Columns of the terminal; the widest cells are cut so that no line wraps. */
  readonly width: number;
}

const gap = 2;
// Shorter than this a cell says nothing; the line is cut at its end instead.
const narrowest = 12;
// Half an id is of no use to whoever copies it, nor is half a time.
const neverCut: readonly string[] = ["id", "run", "created", "time", "about"];

/** Columns as wide as their widest cell, but together no wider than the terminal. */
export function table(names: readonly string[], rows: readonly (readonly string[])[], look: TableLook): string {
  const isTerminal = Number.isFinite(look.width);
  const toCell = (text: string): string => {
    const line = text.replaceAll(/\s+/g, " ");
    return isTerminal ? escapeHidden(line) : line;
  };
  const cells = [names, ...rows].map((row) => row.map(toCell));
  const widest = names.map((_name, column) => Math.max(...cells.map((row) => columnsOf(row[column] ?? ""))));
  const widths = fit(widest, names, look.width);
  const lines = cells.map((row) =>
    cutText(
      row.map((cell, column) => pad(cutText(cell, widths[column] ?? 0), widths[column] ?? 0)).join("  "),
      look.width,
    ),
  );
  const [head = "", ...body] = lines.map((line) => line.trimEnd());
  return [look.color.dim(head), ...body].join("\n");
}

/** Takes what is too much from the widest column, again and again, so that the narrow ones stay whole. */
function fit(widest: readonly number[], names: readonly string[], width: number): number[] {
  const widths = [...widest];
  const total = (): number => widths.reduce((sum, one) => sum + one, (widths.length - 1) * gap);
  while (total() > width) {
    const candidates = widths.filter((one, column) => one > narrowest && !neverCut.includes(names[column] ?? ""));
    const most = Math.max(0, ...candidates);
    if (most === 0) return widths;
    const next = Math.max(narrowest, ...candidates.filter((one) => one < most));
    const column = widths.findLastIndex((one, at) => one === most && !neverCut.includes(names[at] ?? ""));
    // Down to the next one, or by what is still too much; at least by one, or two of the same width go on for ever.
    widths[column] = most - Math.max(1, Math.min(most - next, total() - width));
  }
  return widths;
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - columnsOf(cell)));
}
