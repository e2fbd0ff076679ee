import type { Timeline } from "./timeline.ts";
import { isOpen, zeroOf } from "./timeline.ts";
import { gapsOf, type Gap } from "./idle.ts";
import { endAhead } from "./measure.ts";
import { buildTree, type Tree } from "./tree.ts";
import type { Zoom } from "./zoom.ts";

/** A run as the waterfall draws it. All times are instants, milliseconds. */
export interface Score {
  readonly timeline: Timeline;
  readonly tree: Tree;
  readonly zero: number;
  /** The last instant: the run's end, or now. */
  readonly now: number;
  readonly isOpen: boolean;
  /** The end of the ruler. */
  readonly end: number;
  readonly gaps: readonly Gap[];
}

export function createScore(timeline: Timeline, tree: Tree, clock: number): Score {
  const { run } = timeline;
  const zero = zeroOf(timeline);
  const open = isOpen(run);
  const now = open ? Math.max(clock, lastOf(timeline, zero)) : (run.finishedAt ?? lastOf(timeline, zero));
  const end = open ? zero + endAhead(now - zero) : Math.max(now, zero + 1);
  return { timeline, tree, zero, now, isOpen: open, end, gaps: gapsOf(tree, zero, now) };
}

export function treeOf(timeline: Timeline): Tree {
  return buildTree(timeline);
}

export function wholeOf({ zero, end }: Score): Zoom {
  return { from: 0, to: end - zero };
}

function lastOf({ spans, run }: Timeline, zero: number): number {
  return spans.reduce(
    (last, { finishedAt, startedAt }) => Math.max(last, finishedAt ?? startedAt ?? 0),
    Math.max(zero, run.startedAt ?? 0),
  );
}
