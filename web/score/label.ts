import { duration, plural } from "../data/format.ts";
import { isKept, type Span } from "./timeline.ts";
import type { Lane } from "./bar.ts";
import { hasAttempts, isAttempt, type Part } from "./tree.ts";

export type LabelTone = "plain" | "fail" | "cue" | "live" | "quiet";

/** The words beside a bar. */
export interface LaneLabel {
  readonly text: string;
  /** Where there is little room. */
  readonly short?: string;
  readonly tone: LabelTone;
}

// Time in a queue that somebody would ask about.
const noticedMs = 10_000;

export function labelOf(part: Part, lane: Lane, { zero, now }: { zero: number; now: number }): LaneLabel {
  const { span } = part;
  if (lane.from === null || lane.to === null) return { text: "", tone: "quiet" };
  if (isKept(span, zero)) return { text: `kept, ${duration(tookOf(span, now))}`, tone: "quiet" };
  const last = lane.bars.at(-1);
  const took = duration(tookOf(span, now));
  if (last?.style === "cue") {
    const since = duration(now - last.from);
    return { text: `waits for you · ${since}`, short: since, tone: "cue" };
  }
  // The playhead says it of the whole run.
  if (part.parent === null && span.finishedAt === null) return { text: "", tone: "plain" };
  if (lane.bracket) return { text: took, tone: "plain" };
  if (span.status === "failed") return { text: span.error?.code ?? "failed", tone: "fail" };
  if (span.status === "waiting") return { text: `${waitWord(span)} · ${took}`, short: took, tone: "quiet" };
  if (span.status === "running") return { text: runningWord(lane, took, now), tone: "live" };
  const queued = queuedMs(lane);
  if (queued >= noticedMs) return { text: `${took}, ${duration(queued)} of it queued`, short: took, tone: "plain" };
  return { text: span.status === "cancelled" ? `cancelled, ${took}` : took, tone: "plain" };
}

function runningWord(lane: Lane, took: string, now: number): string {
  const last = lane.bars.at(-1);
  if (last?.style === "queued") return `queued ${duration(now - last.from)}`;
  if (last?.style === "backoff") return `again soon · ${took}`;
  if (last?.style === "load") return `loading the model · ${took}`;
  return took;
}

function waitWord({ kind, name }: Span): string {
  const words: Readonly<Record<string, string>> = {
    sleep: "sleeps",
    waitFor: "waits for an event",
    flow: "waits for its child",
    review: "waits for you",
  };
  return words[kind] ?? `waits for ${name}`;
}

function queuedMs({ bars }: Lane): number {
  return bars.filter(({ style }) => style === "queued").reduce((sum, { from, to }) => sum + to - from, 0);
}

export function tookOf({ startedAt, finishedAt }: Span, now: number): number | null {
  return startedAt === null ? null : (finishedAt ?? now) - startedAt;
}

/** The word at the gutter's right edge: which model, or what kind of step. */
export function kindOf(part: Part): string {
  const { span, children } = part;
  if (part.parent === null) return span.kind;
  if (hasAttempts(part)) return plural(children.filter((child) => isAttempt(child.span)).length, "attempt");
  if (isAttempt(span)) return span.model === null ? "" : shortModel(span.model);
  if (span.kind === "agent") return agentWord(part);
  if (span.model !== null && !span.isDerived) return shortModel(span.model);
  const words: Readonly<Record<string, string>> = {
    waitFor: "event",
    flow: "child run",
    scope: "",
    item: "",
    turn: "",
  };
  return words[span.kind] ?? span.kind;
}

function agentWord({ children }: Part): string {
  const turns = children.filter(({ name }) => /^turn \d+$/.test(name)).length;
  return turns === 0 ? "agent" : `agent, ${plural(turns, "turn")}`;
}

/** `ollama/qwen2.5-coder:7b` is `qwen2.5-coder:7b` where there is little room. */
export function shortModel(model: string): string {
  return model.slice(model.indexOf("/") + 1).replace(/:latest$/, "");
}

/** A number over a bracket, as over a tuplet: `5 items, 2 at a time`. */
export function tupletOf(part: Part): string {
  if (part.span.kind !== "map" || part.children.length === 0) return "";
  const items = plural(part.children.length, "item");
  const together = togetherOf(part.children);
  return together > 1 ? `${items}, ${together} at a time` : items;
}

/** How many of the parts were at work at once, at the most. */
function togetherOf(parts: readonly Part[]): number {
  const turns = parts.flatMap(({ span }) => {
    const worked = span.phases.find(({ kind }) => kind !== "queued")?.from ?? null;
    const begun = span.phases.length === 0 ? span.startedAt : worked;
    return begun === null ? [] : [{ at: begun, by: 1 }, ...endOf(span)];
  });
  let now = 0;
  let most = 0;
  for (const { by } of turns.toSorted((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

function endOf({ finishedAt }: Span): { at: number; by: number }[] {
  return finishedAt === null ? [] : [{ at: finishedAt, by: -1 }];
}

/** A failed step that others were tried after is retried; a step of a person is a cue. */
export function glyphOf(part: Part): string {
  const { span } = part;
  if (span.status === "waiting" && span.kind === "review") return "waiting for you";
  if (part.parent === null) return runGlyph(part);
  if (part.children.length > 0 && span.status === "succeeded" && part.failures > 0) return "retried";
  return span.status;
}

function runGlyph(root: Part): string {
  return root.span.status === "waiting" && asks(root) ? "waiting for you" : root.span.status;
}

function asks({ span, children }: Part): boolean {
  return (span.kind === "review" && span.status === "waiting") || children.some(asks);
}

/** `review files › item 1 of 5 · model step, attempt 1 of 3`. */
export function placeOf(part: Part): string {
  const above: string[] = [];
  for (let scope = part.parent; scope !== null && scope.parent !== null; scope = scope.parent) {
    above.unshift(scope.name);
  }
  const { kind, attempt, attempts } = part.span;
  const kindWord = part.parent === null ? "the whole run" : isAttempt(part.span) ? "" : `${kind} step`;
  const tries = isAttempt(part.span) ? `attempt ${attempt ?? 1} of ${attempts}` : attemptsWord(attempts);
  return [above.join(" › "), [kindWord, tries].filter(Boolean).join(", ")].filter(Boolean).join(" · ");
}

function attemptsWord(attempts: number): string {
  return attempts > 1 ? plural(attempts, "attempt") : "";
}
