import type { Scale } from "./scale.ts";

/** A line of the ruler with its word: time since the beginning of the run. */
export interface Mark {
  readonly at: number;
  readonly share: number;
  readonly label: string;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
// What people count in; between two of them the eye can halve or double.
const steps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 20].map((value) => value * second),
  ...[1, 2, 5, 10, 20].map((value) => value * minute),
  ...[1, 2, 4, 8].map((value) => value * hour),
  ...[1, 2, 7, 14, 28, 91, 364].map((value) => value * day),
];

const leastPixels = 48;

/** Round measures for a window of time, about as far from one another as a word and a breath. */
export function marksOf(scale: Scale, zero: number, width: number): Mark[] {
  const step = stepFor(scale, width);
  const marks: Mark[] = [];
  let last = -Infinity;
  for (let at = Math.ceil((scale.from - zero) / step) * step; at <= scale.to - zero; at += step) {
    const share = scale.share(zero + at);
    const isInGap = scale.gaps.some(({ from, to }) => zero + at > from && zero + at < to);
    if (isInGap || (share - last) * width < leastPixels * 0.75) continue;
    marks.push({ at, share, label: labelOf(at, step, marks.length === 0) });
    last = share;
  }
  return marks;
}

export function stepFor(scale: Scale, width: number): number {
  const idle = scale.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const shown = 1 - scale.gaps.reduce((sum, { left, right }) => sum + right - left, 0);
  const perPixel = (scale.to - scale.from - idle) / Math.max(1, width * shown);
  return steps.find((step) => step / perPixel >= leastPixels) ?? 364 * day;
}

/** The end of the ruler of a run that goes on: a round measure ahead, so that bars do not shrink with every second. */
export function endAhead(elapsedMs: number): number {
  const ahead = Math.max(elapsedMs * 1.05, 2 * second);
  const step = steps.find((one) => one * 12 >= ahead) ?? 364 * day;
  return Math.ceil(ahead / step) * step;
}

function labelOf(at: number, step: number, isFirst: boolean): string {
  const [size, name] = unitOf(step, at);
  const value = Math.round((at / size) * 1_000) / 1_000;
  const text = String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, value < 1_000 ? "" : "\u202f");
  return isFirst ? `${text}\u202f${name}` : text;
}

function unitOf(step: number, at: number): readonly [number, string] {
  if (step < second) return at < 10 * second && step < 100 ? [1, "ms"] : step >= 100 ? [second, "s"] : [1, "ms"];
  if (step < minute) return [second, "s"];
  if (step < hour) return [minute, "min"];
  return step < day ? [hour, "h"] : [day, "d"];
}
