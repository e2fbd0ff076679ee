import { formatMs } from "../../core/duration.ts";
import { formatBytes } from "../../core/byte-size.ts";
import { amount } from "./amount.ts";
import { table, type TableLook } from "./table.ts";
import { drawWaterfall, type WaterfallLine } from "./waterfall.ts";

interface ShownSummary {
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly models: readonly string[];
  readonly run: string | null;
  readonly isComplete: boolean;
}

type ListedTrace = ShownSummary & { readonly spans: number };

// Below this a name would be nothing but its sign that there was more.
const roomForMore = 110;

/** Traces, a row each. */
export function presentTraces(traces: readonly ListedTrace[], look: TableLook): string {
  const isWide = look.width >= roomForMore;
  const rows = traces.map((trace) => [
    glyphOf(trace),
    trace.traceId,
    startText(trace.startedAt),
    formatMs(trace.durationMs),
    amount(trace.spans),
    ...(isWide ? [tokensText(trace), trace.models.join(", ") || "–", trace.service] : []),
    trace.name,
  ]);
  const more = isWide ? ["tokens", "models", "service"] : [];
  return table(["", "id", "started", "took", "spans", ...more, "name"], rows, look);
}

function glyphOf({ errors, isComplete }: ShownSummary): string {
  if (errors > 0) return "✕";
  return isComplete ? "✓" : "◐";
}

/** Of this year without the year, in UTC as in the other lists. */
function startText(at: number): string {
  return new Date(at).toISOString().slice(5, 16).replace("T", " ");
}

function tokensText({ inputTokens, outputTokens }: ShownSummary): string {
  if (inputTokens === null && outputTokens === null) return "–";
  return amount((inputTokens ?? 0) + (outputTokens ?? 0));
}

interface ShownSpan {
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly service: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly status: string;
  readonly error: string | null;
  readonly step: string | null;
  readonly model: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

type ShownTrace = ShownSummary & { readonly services: readonly string[]; readonly spans: readonly ShownSpan[] };

/** A trace as a waterfall: a line for each span, with its time as a bar of the whole. */
export function presentTrace(trace: ShownTrace, look: TableLook): string {
  const { bold, dim } = look.color;
  const { name, traceId, startedAt, durationMs, errors, spans, run, services } = trace;
  const range = { from: startedAt, to: startedAt + Math.max(durationMs, 0.001) };
  const state = errors > 0 ? `${amount(errors)} failed` : trace.isComplete ? "ok" : "still open";
  const facts = [
    `${amount(spans.length)} ${spans.length === 1 ? "span" : "spans"}`,
    ...(tokensText(trace) === "–" ? [] : [`${tokensText(trace)} tokens`]),
    ...(services.length > 1 ? [services.join(", ")] : []),
    ...(run === null ? [] : [run]),
  ];
  return [
    `${name}  ${bold(state)} ${formatMs(durationMs)}`,
    dim(`${traceId}  ${facts.join(", ")}`),
    ...drawWaterfall(toLines(trace), range, look),
    dim("one of them, whole:  tutti trace span <trace> <span>   (ids: --json)"),
  ].join("\n");
}

/** Each span under its parent, in the order of beginning; one whose parent is not here stands at the edge. */
function toLines({ spans, services }: ShownTrace): WaterfallLine[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = Map.groupBy(spans, ({ parentId }) => (parentId !== null && ids.has(parentId) ? parentId : null));
  const lines: WaterfallLine[] = [];
  const seen = new Set<string>();
  const add = (span: ShownSpan, depth: number): void => {
    // Whatever others have sent: a span is drawn once.
    if (seen.has(span.spanId)) return;
    seen.add(span.spanId);
    lines.push(toLine(span, { depth, isMixed: services.length > 1 }));
    for (const child of below.get(span.spanId) ?? []) add(child, depth + 1);
  };
  for (const span of below.get(null) ?? []) add(span, 0);
  // What names itself as its own parent, over some corners, hangs from nothing.
  for (const span of spans) add(span, 0);
  return lines;
}

function toLine(span: ShownSpan, { depth, isMixed }: { depth: number; isMixed: boolean }): WaterfallLine {
  const { name, startedAt, durationMs, status, error, model, service, inputTokens, outputTokens } = span;
  const used =
    inputTokens === null && outputTokens === null
      ? ""
      : `${amount(inputTokens ?? 0)} in, ${amount(outputTokens ?? 0)} out`;
  const known = [
    model === null || name.includes(model.replace(/^[^/]+\//, "")) ? "" : model,
    used,
    isMixed ? service : "",
    error ?? "",
  ];
  return {
    depth,
    glyph: status === "error" ? "✕" : "✓",
    label: name.replaceAll(/\s+/g, " "),
    took: formatMs(durationMs),
    strokes: [{ mark: "█", from: startedAt, to: startedAt + durationMs }],
    remark: known.filter(Boolean).join("  "),
  };
}

interface ShownValue {
  readonly value: unknown;
  readonly bytes?: number;
}

type ShownValues = Readonly<Record<string, ShownValue>>;

interface ShownDetail extends ShownSpan {
  readonly traceId: string;
  readonly kind: string;
  readonly scope: string;
  readonly statusText: string | null;
  readonly attributes: ShownValues;
  readonly resource: ShownValues;
  readonly events: readonly { readonly name: string; readonly at: number; readonly attributes: ShownValues }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** One span with all that it says; what is cut says so. */
export function presentSpan(span: ShownDetail, { color }: TableLook): string {
  const { bold, dim } = color;
  const { name, kind, status, error, durationMs, service, scope, spanId, traceId, parentId } = span;
  const sections = [
    ["attributes", valueLines(span.attributes)],
    ...span.events.map(
      ({ name: event, at, attributes }) =>
        [`event ${event}, ${formatMs(at - span.startedAt)} after its start`, valueLines(attributes)] as const,
    ),
    ["resource", valueLines(span.resource)],
    ["links", span.links.map((link) => `  ${link.traceId} ${link.spanId}`)],
  ] as const satisfies readonly (readonly [string, readonly string[]])[];
  return [
    `${bold(name)}  ${kind} ${status}${error === null ? "" : `: ${error}`}  ${formatMs(durationMs)}`,
    dim(`${traceId} ${spanId}${parentId === null ? "" : ` in ${parentId}`}  ${service} ${scope}`),
    ...sections.flatMap(([title, lines]) => (lines.length === 0 ? [] : [`${dim(title)}\n${lines.join("\n")}`])),
  ].join("\n");
}

function valueLines(values: ShownValues): string[] {
  return Object.entries(values).map(([name, { value, bytes }]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const size = bytes === undefined ? "" : ` … cut, ${formatBytes(bytes)} in all: --max-bytes ${bytes}`;
    return `  ${name}  ${text}${size}`;
  });
}
