import type { Phase, PhaseKind, Span, Timeline } from "../../../web/score/timeline.ts";

/** A span of a run that began at 0; times are milliseconds. */
export function span(
  key: string,
  { from, to, ...more }: Partial<Span> & { from?: number | null; to?: number | null } = {},
): Span {
  const startedAt = from === undefined ? 0 : from;
  const finishedAt = to === undefined ? 100 : to;
  return {
    key,
    parent: parentOf(key),
    depth: 0,
    name: key.slice(Math.max(key.lastIndexOf("/"), key.lastIndexOf("[") - 1) + 1),
    kind: "run",
    status: finishedAt === null ? "running" : "succeeded",
    attempt: 1,
    attempts: 1,
    startedAt,
    finishedAt,
    model: null,
    phases: startedAt === null ? [] : [{ kind: "work", from: startedAt, to: finishedAt }],
    tokens: null,
    cost: null,
    error: null,
    skipped: null,
    isDerived: false,
    importance: "normal",
    inputBytes: null,
    outputBytes: null,
    review: null,
    child: null,
    ...more,
  };
}

export function failed(key: string, more: Parameters<typeof span>[1] = {}): Span {
  return span(key, { status: "failed", error: { code: "step.failed", message: `${key} broke` }, ...more });
}

export function item(key: string, more: Parameters<typeof span>[1] = {}): Span {
  return span(key, { kind: "item", isDerived: true, phases: [], name: /\[\d+\]$/.exec(key)?.[0] ?? key, ...more });
}

export function phases(...cuts: readonly (readonly [PhaseKind, number, number | null])[]): Phase[] {
  return cuts.map(([kind, from, to]) => ({ kind, from, to }));
}

export function timeline(spans: readonly Span[], run: Partial<Timeline["run"]> = {}): Timeline {
  return {
    run: {
      id: "run_1",
      flow: "f",
      status: "succeeded",
      error: null,
      createdAt: 0,
      startedAt: 0,
      finishedAt: 1_000,
      trigger: "cli",
      ...run,
    },
    latest: 1,
    spans,
  };
}

function parentOf(key: string): string | null {
  if (key.endsWith("]")) return key.slice(0, key.lastIndexOf("["));
  return key.includes("/") ? key.slice(0, key.lastIndexOf("/")) : null;
}
