import { escapeHidden } from "../terminal-text.ts";
import { columnsOf, cutText } from "../text-width.ts";
import type { TableLook } from "./table.ts";

/** A stretch of time, drawn with one sign. */
export interface Stroke {
  readonly mark: string;
  readonly from: number;
  readonly to: number;
}

export interface WaterfallLine {
  readonly depth: number;
  readonly glyph: string;
  readonly label: string;
  readonly took: string;
  /** Drawn one over the other. */
  readonly strokes: readonly Stroke[];
  /** Behind the bar, as far as there is room. */
  readonly remark: string;
}

/** The time that is drawn, milliseconds. */
export interface WaterfallRange {
  readonly from: number;
  readonly to: number;
}

const widestBar = 40;
const narrowestBar = 16;
const widestLabel = 40;
// Deeper down there is more indent than name.
const mostIndent = 8;

/** A line each, with its time as a bar of the whole. No table: spaces say where a bar begins. */
export function drawWaterfall(
  lines: readonly WaterfallLine[],
  range: WaterfallRange,
  { width }: Pick<TableLook, "width">,
): string[] {
  const barWidth = Number.isFinite(width) ? Math.max(narrowestBar, Math.min(widestBar, width - 60)) : widestBar;
  const labels = lines.map(({ depth, glyph, label }) => `${"  ".repeat(Math.min(mostIndent, depth))}${glyph} ${label}`);
  const times = lines.map(({ took }) => took);
  const [labelWidth = 0, timeWidth = 0] = [labels, times].map((texts) =>
    Math.min(widestLabel, Math.max(0, ...texts.map(columnsOf))),
  );
  return lines.map(({ strokes, remark }, index) =>
    cutText(
      [
        padded(labels[index] ?? "", labelWidth),
        padded(times[index] ?? "", timeWidth),
        padded(bar(strokes, range, barWidth), barWidth),
        // Escaped before it is cut: what a terminal would obey takes no room of its own.
        escapeHidden(remark.replaceAll(/\s+/g, " ")),
      ]
        .join("  ")
        .trimEnd(),
      width,
    ),
  );
}

function padded(text: string, width: number): string {
  const line = escapeHidden(cutText(text, width));
  return line + " ".repeat(Math.max(0, width - columnsOf(line)));
}

function bar(strokes: readonly Stroke[], { from, to }: WaterfallRange, width: number): string {
  const cells = Array.from({ length: width }, () => " ");
  const cellOf = (at: number): number =>
    Math.min(width - 1, Math.max(0, Math.floor(((at - from) / (to - from)) * width)));
  for (const { mark, from: start, to: end } of strokes) {
    for (let cell = cellOf(start); cell <= cellOf(Math.max(start, end - 1)); cell++) cells[cell] = mark;
  }
  return cells.join("").trimEnd();
}
