import type { Part, Tree } from "./tree.ts";

/** A stretch in which nothing of the run worked: it waited, or was put off. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

const working: ReadonlySet<string> = new Set(["load", "prompt", "work"]);

// Shorter ones are pauses between steps; a run that hardly rests gains nothing.
const leastGapMs = 1_000;
const leastShare = 0.03;

/** The gaps of a run between two instants that are worth leaving out. */
export function gapsOf(tree: Tree, from: number, to: number): Gap[] {
  const least = Math.max(leastGapMs, (to - from) * leastShare);
  const gaps: Gap[] = [];
  let end = from;
  for (const [begin, finish] of activeTimes(tree, to)) {
    if (begin - end >= least) gaps.push({ from: end, to: begin });
    end = Math.max(end, finish);
  }
  if (to - end >= least) gaps.push({ from: end, to });
  return gaps;
}

export function totalOf(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { from, to }) => sum + to - from, 0);
}

function activeTimes({ byId }: Tree, now: number): [number, number][] {
  const times: [number, number][] = [];
  for (const part of byId.values()) addActive(times, part, now);
  return times.toSorted((a, b) => a[0] - b[0]);
}

function addActive(times: [number, number][], { span, children }: Part, now: number): void {
  if (children.length > 0) return;
  for (const { kind, from, to } of span.phases) if (working.has(kind)) times.push([from, to ?? now]);
}
