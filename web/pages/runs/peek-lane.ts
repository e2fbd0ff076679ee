interface Span {
  readonly key: string;
  readonly depth: number;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: { readonly code: string } | null;
}

/** A step as one bar; `from` and `to` are shares of the run's time, 0 to 1. */
export interface Lane {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  readonly status: string;
  readonly from: number;
  readonly to: number;
  readonly ms: number;
  readonly error: string | null;
}

// A dock shows the shape of a run, not all of it.
const mostLanes = 16;
const deepest = 2;

/** The outer steps of a run; of a long one its beginning, what failed, and its end. */
export function lanesOf(spans: readonly Span[], time: { readonly from: number; readonly to: number }): readonly Lane[] {
  const total = Math.max(1, time.to - time.from);
  const share = (at: number): number => Math.min(1, Math.max(0, (at - time.from) / total));
  const outer = spans.filter(({ depth, startedAt }) => depth <= deepest && startedAt !== null);
  return shortened(outer).map((span) => {
    const begin = span.startedAt ?? time.from;
    const end = span.finishedAt ?? time.to;
    return {
      key: span.key,
      name: span.name,
      kind: span.kind,
      depth: span.depth,
      status: span.status,
      from: share(begin),
      to: share(end),
      ms: end - begin,
      error: span.error?.code ?? null,
    };
  });
}

export function barOf({ status, kind }: Pick<Lane, "status" | "kind">): string {
  if (status === "failed") return "is-failed";
  if (status === "running") return "is-running";
  if (status === "waiting") return kind === "review" ? "is-cue-bar" : "is-waiting";
  return "is-note";
}

function shortened(spans: readonly Span[]): readonly Span[] {
  if (spans.length <= mostLanes) return spans;
  const half = mostLanes / 2;
  const failed = spans.slice(half, -half).filter(({ status }) => status === "failed");
  return [
    ...spans.slice(0, half),
    ...failed.slice(0, half / 2),
    ...spans.slice(-(half - Math.min(half / 2, failed.length))),
  ];
}
