import { isKept, type Phase, type Span } from "./timeline.ts";
import type { BarStyleId } from "./bar-style.ts";
import { hasAttempts, isScope, type Part } from "./tree.ts";

export interface Bar {
  readonly style: BarStyleId;
  readonly from: number;
  readonly to: number;
  /** It goes on: it ends at the playhead. */
  readonly isOpen: boolean;
}

/** What stands on a part's line: bars one after another, or the bracket over what lies in it. */
export interface Lane {
  readonly bars: readonly Bar[];
  readonly bracket: { readonly from: number; readonly to: number; readonly isOpen: boolean } | null;
  /** Where the line's first and last ink is. */
  readonly from: number | null;
  readonly to: number | null;
}

export interface LaneContext {
  readonly zero: number;
  readonly now: number;
}

const nothing: Lane = { bars: [], bracket: null, from: null, to: null };

export function laneOf(part: Part, context: LaneContext): Lane {
  const { span } = part;
  if (span.startedAt === null && span.phases.length === 0) return nothing;
  if (isKept(span, context.zero)) return keptLane(context);
  return isBracket(part) ? scopeLane(part, context) : stepLane(span, context);
}

/** A scope has a bracket. A turn of an agent, with its tools inside, has a time of its own. */
export function isBracket(part: Part): boolean {
  return isScope(part) && (part.parent === null || hasAttempts(part) || part.span.phases.length === 0);
}

function keptLane({ zero }: LaneContext): Lane {
  return { bars: [{ style: "kept", from: zero, to: zero, isOpen: false }], bracket: null, from: zero, to: zero };
}

function scopeLane({ span, parent }: Part, { zero, now }: LaneContext): Lane {
  const from = Math.max(zero, span.startedAt ?? zero);
  const to = span.finishedAt ?? now;
  const isOpen = span.finishedAt === null;
  // Of the phases of a scope only what came before its steps can be told apart: its own wait for a place.
  const queued = parent === null ? span.phases.filter(({ kind }) => kind === "queued") : [];
  const bars = queued.map((phase): Bar => toBar(phase, { span, now, isLast: false }));
  return { bars, bracket: { from, to, isOpen }, from: bars[0]?.from ?? from, to };
}

function stepLane(span: Span, { now }: LaneContext): Lane {
  const phases = span.phases.length > 0 ? span.phases : wholeOf(span);
  const bars = phases
    .filter(({ from, to }) => (to ?? now) >= from)
    .map((phase, index): Bar => toBar(phase, { span, now, isLast: index === phases.length - 1 }));
  return { bars, bracket: null, from: bars[0]?.from ?? null, to: bars.at(-1)?.to ?? null };
}

/** A step of which nothing more is known than when it was. */
function wholeOf({ startedAt, finishedAt, status }: Span): Phase[] {
  if (startedAt === null) return [];
  return [{ kind: status === "waiting" ? "wait" : "work", from: startedAt, to: finishedAt }];
}

interface BarContext {
  readonly span: Span;
  readonly now: number;
  readonly isLast: boolean;
}

function toBar({ kind, from, to }: Phase, { span, now, isLast }: BarContext): Bar {
  const isOpen = to === null && span.finishedAt === null;
  const end = to ?? span.finishedAt ?? now;
  return { style: styleOf(kind, { span, isOpen, isLast }), from, to: end, isOpen };
}

function styleOf(
  kind: Phase["kind"],
  { span, isOpen, isLast }: { readonly span: Span; readonly isOpen: boolean; readonly isLast: boolean },
): BarStyleId {
  if (kind === "wait") return span.kind === "review" ? (isOpen ? "cue" : "asked") : "rest";
  if (kind !== "work") return kind;
  if (span.status === "failed" && isLast) return "failed";
  if (span.status === "cancelled" || span.status === "skipped") return "stopped";
  return isOpen ? "running" : "work";
}
