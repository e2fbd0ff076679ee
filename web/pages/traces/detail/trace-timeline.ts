import { shownName } from "../trace-row.ts";
import type { Span, Timeline } from "../../../score/timeline.ts";

/** A trace as the daemon tells it, without payloads. */
export interface Trace {
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
  readonly services: readonly string[];
  readonly run: string | null;
  readonly isComplete: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly models: readonly string[];
  readonly spans: readonly TraceSpan[];
}

export interface TraceSpan {
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly status: string;
  readonly error: string | null;
  readonly operation: string | null;
  readonly step: string | null;
  readonly key: string | null;
  readonly run: string | null;
  readonly model: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** The span that all others lie in, where there is one such. */
export function rootOf({ spans }: Pick<Trace, "spans">): TraceSpan | null {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const tops = spans.filter(({ parentId }) => parentId === null || !ids.has(parentId));
  return tops.length === 1 ? (tops[0] ?? null) : null;
}

/** A trace in the form that a score is drawn of. Its first span is the whole; without one, the trace itself is. */
export function toTimeline(told: Trace, isOpen: boolean): Timeline {
  const trace = { ...told, spans: withoutCircles(told.spans) };
  const root = rootOf(trace);
  const inner = trace.spans.filter((span) => span !== root);
  const parents = new Set(trace.spans.flatMap(({ parentId }) => parentId ?? []));
  const end = trace.startedAt + trace.durationMs;
  return {
    run: {
      id: trace.traceId,
      flow: shownName(root?.name ?? trace.name),
      kind: root === null ? "trace" : kindOf(root, trace),
      status: isOpen ? "running" : trace.errors > 0 ? "failed" : "ok",
      error: root === null ? null : errorOf(root),
      createdAt: trace.startedAt,
      startedAt: trace.startedAt,
      finishedAt: isOpen ? null : end,
    },
    latest: 0,
    spans: inner.map((span) =>
      toSpan(span, { trace, isScope: parents.has(span.spanId), isTop: span.parentId === root?.spanId }),
    ),
  };
}

/** Whatever others have sent: of spans that lie in one another in a circle, one lies in nothing. */
function withoutCircles(spans: readonly TraceSpan[]): TraceSpan[] {
  const parents = new Map(spans.map(({ spanId, parentId }) => [spanId, parentId]));
  const seen = new Set<string>();
  const cut = new Set<string>();
  for (const { spanId } of spans) {
    const way = new Set<string>();
    let at: string | null | undefined = spanId;
    for (; at && !seen.has(at); at = parents.get(at)) {
      seen.add(at);
      way.add(at);
    }
    if (at && way.has(at)) cut.add(at);
  }
  return spans.map((span) => (cut.has(span.spanId) ? { ...span, parentId: null } : span));
}

interface Place {
  readonly trace: Trace;
  readonly isScope: boolean;
  readonly isTop: boolean;
}

function toSpan(span: TraceSpan, { trace, isScope, isTop }: Place): Span {
  const { spanId, parentId, name, startedAt, durationMs, status, model, inputTokens, outputTokens } = span;
  const finishedAt = startedAt + durationMs;
  return {
    key: spanId,
    parent: isTop ? null : parentId,
    depth: 0,
    name: shownName(name),
    kind: kindOf(span, trace),
    // A failure below says nothing of a span's own: others may count it as they like.
    status: status === "error" ? "failed" : "ok",
    attempts: 1,
    startedAt,
    finishedAt,
    model,
    // What holds others is a bracket over them; its own time is the rest.
    phases: isScope ? [] : [{ kind: isWait(span) ? "wait" : "work", from: startedAt, to: finishedAt }],
    tokens: inputTokens === null && outputTokens === null ? null : { input: inputTokens, output: outputTokens },
    cost: null,
    error: errorOf(span),
    importance: "normal",
    inputBytes: null,
    outputBytes: null,
  };
}

const waits: ReadonlySet<string | null> = new Set(["review", "sleep", "waitFor", "approval"]);

function isWait({ step }: TraceSpan): boolean {
  return waits.has(step);
}

const operations: Readonly<Record<string, string>> = {
  chat: "model",
  generate_content: "model",
  text_completion: "model",
  execute_tool: "tool",
  invoke_agent: "agent",
  invoke_workflow: "workflow",
};

/** The word at the edge of a name: what kind of step or call it is; in a trace of many programs, which one. */
function kindOf({ step, operation, service, kind, run }: TraceSpan, { services }: Trace): string {
  if (run !== null && operation === "invoke_workflow") return "run";
  const word = step ?? (operation === null ? null : (operations[operation] ?? operation));
  if (word !== null) return word;
  if (services.length > 1) return service;
  return kind === "internal" ? "" : kind;
}

function errorOf({ error }: TraceSpan): Span["error"] {
  return error === null ? null : { code: error, message: error };
}
