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
  readonly side: "right" | "left" | "over";
  /** From the left edge, or from the right edge where the label ends at it. */
  readonly at: number;
}

const air = 6;
const perCharacter = 6.1;

/** A label stands right behind its ink; before it where there is no room; over its end where there is none at all. */
export function placeLabel(text: string, ink: Extent, { width, margin }: { width: number; margin: number }): LabelPlace {
  const needed = text.length * perCharacter + air * 2;
  const end = ink.left + ink.width;
  if (end + needed <= width + margin) return { side: "right", at: end + air };
  if (ink.left >= needed) return { side: "left", at: width - ink.left + air };
  return { side: "over", at: Math.max(0, width - end + air) };
}

/** Whether words fit into the middle of a bracket. */
export function fitsInside(text: string, { width }: Extent): boolean {
  return text !== "" && width > text.length * perCharacter + 48;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
