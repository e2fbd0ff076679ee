/** A run in time, as the daemon tells it: every step that has begun, with what it did when. No payloads. */
export interface Timeline {
  readonly run: TimelineRun;
  /** The place in the run's journal up to which this is; asked with it, only what is newer comes. */
  readonly latest: number;
  readonly spans: readonly Span[];
}

export interface TimelineRun {
  readonly id: string;
  readonly flow: string;
  /** Where it is no run but what another program has told: the word for that. */
  readonly kind?: string;
  readonly status: string;
  readonly error: SpanError | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly summary?: string | null;
  readonly trigger?: string | null;
  readonly parent?: unknown;
  readonly waitingFor?: string | null;
  readonly models?: readonly string[];
  readonly usage?: {
    readonly calls: number;
    readonly inputTokens?: number | undefined;
    readonly outputTokens?: number | undefined;
    readonly models?: readonly string[] | undefined;
  };
}

export interface SpanError {
  readonly code: string;
  readonly message: string;
  readonly data?: unknown;
}

export type PhaseKind = "queued" | "load" | "prompt" | "work" | "backoff" | "wait";

export interface Phase {
  readonly kind: PhaseKind;
  readonly from: number;
  /** Null: it goes on. */
  readonly to: number | null;
}

export interface Tokens {
  readonly input?: number | null | undefined;
  readonly cached?: number | null | undefined;
  readonly output?: number | null | undefined;
  readonly reasoning?: number | null | undefined;
}

export interface Span {
  readonly key: string;
  readonly parent: string | null;
  readonly depth: number;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly attempt?: number | null | undefined;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly model: string | null;
  readonly phases: readonly Phase[];
  readonly tokens: Tokens | null;
  readonly cost: { readonly money: number; readonly currency: string } | null;
  readonly error: SpanError | null;
  readonly skipped?: string | null | undefined;
  /** It has no row of its own: its times and state are those of what lies in it. */
  readonly isDerived?: boolean | undefined;
  readonly importance: string;
  readonly inputBytes: number | null;
  readonly outputBytes: number | null;
  readonly review?: string | null | undefined;
  readonly child?: string | null | undefined;
}

/** What is newer takes the place of what was there; the order of beginning is kept. */
export function mergeTimeline(old: Timeline | undefined, next: Timeline): Timeline {
  if (!old || old.run.id !== next.run.id) return next;
  const spans = new Map(old.spans.map((span) => [span.key, span]));
  for (const span of next.spans) spans.set(span.key, span);
  return { run: next.run, latest: Math.max(old.latest, next.latest), spans: [...spans.values()] };
}

export function isOpen({ status }: { readonly status: string }): boolean {
  return status === "running" || status === "waiting" || status === "queued" || status === "paused";
}

/** Where the run's time begins: a run that keeps steps of another begins where it does something itself. */
export function zeroOf({ run, spans }: Timeline): number {
  if (isCopy(run)) return run.startedAt ?? run.createdAt;
  const first = spans.reduce((least, { startedAt }) => Math.min(least, startedAt ?? least), run.startedAt ?? Infinity);
  return Math.min(first, run.createdAt);
}

function isCopy({ trigger }: TimelineRun): boolean {
  return /^(fork|retry):/.test(trigger ?? "");
}

/** Done by the run that this one is a copy of, and kept. */
export function isKept(span: Span, zero: number): boolean {
  return span.finishedAt !== null && span.finishedAt < zero;
}
