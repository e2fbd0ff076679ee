import type { Scale } from "./scale.ts";

/** Where something from one instant to another lies, in pixels; null: outside of what is shown. */
export interface Extent {
  readonly left: number;
  readonly width: number;
}

// Thinner ink is not seen.
const leastPixels = 2;
// Bars that leave the window are cut a little outside of it, so that their edge is not drawn.
const beyond = 4;

export function extentOf(scale: Scale, width: number, { from, to }: { from: number; to: number }): Extent | null {
  const left = scale.share(from) * width;
  const right = Math.max(scale.share(to) * width, left + leastPixels);
  if (right < 0 || left > width + leastPixels) return null;
  const cutLeft = Math.max(-beyond, left);
  return { left: round(cutLeft), width: round(Math.max(leastPixels, Math.min(width + beyond, right) - cutLeft)) };
}

export interface LabelPlace {
  readonly text: string;
  readonly side: "right" | "left";
  /** From the left edge, or from the right edge where the label ends at it. */
  readonly at: number;
}

export interface LabelRoom {
  readonly width: number;
  readonly margin: number;
  /** Of the playhead or the double bar. */
  readonly edge: number;
}

const air = 6;
const perCharacter = 6.1;

/**
 * A label stands right behind its ink, before the edge of the run; else before the ink; else across the edge. Where there
 * is no room for all of it there is for its short form, at the worst over the end of the ink.
 */
export function placeLabel(
  { text, short }: { readonly text: string; readonly short?: string | undefined },
  ink: Extent,
  { width, margin, edge }: LabelRoom,
): LabelPlace {
  const end = ink.left + ink.width;
  const isAtEdge = end >= edge - 3;
  const behind = isAtEdge ? Math.max(end, edge + 4) + air : end + air;
  const fits = (words: string, until: number): boolean => behind + neededFor(words) <= until;
  if (!isAtEdge && fits(text, edge)) return { text, side: "right", at: behind };
  if (isAtEdge && fits(text, width + margin)) return { text, side: "right", at: behind };
  if (ink.left >= neededFor(text) + air) return { text, side: "left", at: width - ink.left + air };
  const words = short ?? text;
  if (fits(words, edge)) return { text: words, side: "right", at: behind };
  if (fits(text, width + margin)) return { text, side: "right", at: behind };
  if (fits(words, width + margin)) return { text: words, side: "right", at: behind };
  return { text: words, side: "left", at: Math.max(-margin, width - end + air) };
}

function neededFor(text: string): number {
  return text.length * perCharacter + air;
}

/** Whether words fit into the middle of a bracket. */
export function fitsInside(text: string, { width }: Extent): boolean {
  return text !== "" && width > text.length * perCharacter + 48;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
