import type { Usage } from "../../core/step.ts";

export const phaseKinds = ["queued", "load", "prompt", "work", "backoff", "wait"] as const;
export type PhaseKind = (typeof phaseKinds)[number];

/** A stretch of a span's time; `to` is null while it goes on. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly from: number;
  readonly to: number | null;
}

export interface SpanTokens {
  readonly input: number;
  readonly cached: number | null;
  readonly output: number;
  readonly reasoning: number | null;
}

/** A line of a run's waterfall: a step, an attempt of one, a wait, or a scope that others lie in. */
export interface Span {
  readonly key: string;
  readonly parent: string | null;
  readonly depth: number;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  /** Which attempt this is of how many; 1 of 1 where nothing was tried again. */
  readonly attempt: number;
  readonly attempts: number;
  /** Null where it is not known: nothing is stored of what is open on another machine, nor of when a last attempt began. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** It has no row of its own: its times and state are those of what lies in it. */
  readonly isDerived: boolean;
  readonly model: string | null;
  readonly phases: readonly Phase[];
  readonly tokens: SpanTokens | null;
  readonly cost: { readonly money: number; readonly currency: string } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly skipped: string | null;
  readonly importance: "normal" | "quiet" | "hidden";
  readonly inputBytes: number | null;
  readonly outputBytes: number | null;
  readonly review: string | null;
  readonly child: string | null;
}

/** What is known of a span before it has its place in the tree. */
export interface RawSpan {
  readonly key: string;
  readonly seq: number;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: Span["error"];
  readonly skipped: string | null;
  readonly usage: Usage | null;
  readonly inputBytes: number | null;
  readonly outputBytes: number | null;
}

/** Waits, as the journal calls them. */
export const waitStepKinds: readonly string[] = ["sleep", "waitFor", "review", "flow"];

export function isOpen(status: string): boolean {
  return status === "running" || status === "waiting" || status === "pending";
}
