import type { SpanOutline, SpanRecord } from "../../record.ts";
import { genAi, general, own } from "../semantic.ts";
import type { TraceDetail, TraceSpan } from "./shape.ts";

/** What a waterfall shows of a span's attributes. */
export const shownAttributes = [
  genAi.operation,
  own.stepKind,
  own.stepKey,
  own.run,
  genAi.requestModel,
  genAi.responseModel,
  genAi.inputTokens,
  genAi.outputTokens,
  general.error,
  own.parentRun,
] as const;

const errorPlace = shownAttributes.indexOf(general.error);
const parentRunPlace = shownAttributes.indexOf(own.parentRun);

// Such a span has the sum of the calls that lie in it.
const sums: ReadonlySet<string> = new Set(["invoke_agent", "invoke_workflow"]);

const mostErrorCharacters = 300;

/** A trace as its waterfall needs it, of its spans by their start. */
export function traceDetail(traceId: string, outlines: readonly SpanOutline[]): TraceDetail {
  const spans = outlines.map(toSpan);
  const [first] = outlines;
  const top = topOf(outlines);
  const root = spans[Math.max(top, 0)];
  const start = first?.start ?? 0;
  const end = outlines.reduce((last, span) => Math.max(last, span.start + span.durationUs), start);
  const calls = spans.filter(({ operation }) => operation === null || !sums.has(operation));
  return {
    traceId,
    name: root?.name ?? "",
    service: root?.service ?? "",
    services: [...new Set(spans.map(({ service }) => service))],
    run: root?.run ?? spans.find(({ run }) => run !== null)?.run ?? null,
    isComplete: top >= 0,
    startedAt: start / 1_000,
    durationMs: (end - start) / 1_000,
    errors: spans.filter(({ status }) => status === "error").length,
    inputTokens: sumOf(calls.map((span) => span.inputTokens)),
    outputTokens: sumOf(calls.map((span) => span.outputTokens)),
    models: [...new Set(spans.flatMap(({ model }) => model ?? []))],
    spans,
  };
}

/** Where the span without a parent stands; of a trace that a caller elsewhere began, the run; -1 where neither has come. */
function topOf(outlines: readonly SpanOutline[]): number {
  const root = outlines.findIndex(({ parentId }) => parentId === null);
  return root >= 0 ? root : outlines.findIndex(isOuterRun);
}

function isOuterRun({ values }: SpanOutline): boolean {
  const [operation, , , run] = values;
  return operation === "invoke_workflow" && typeof run === "string" && values[parentRunPlace] === null;
}

function toSpan(outline: SpanOutline): TraceSpan {
  const { spanId, parentId, name, kind, service, start, durationUs, status, events, links, values } = outline;
  const [operation, step, key, run, asked, answered, inputTokens, outputTokens] = values;
  return {
    spanId,
    parentId,
    name,
    kind,
    service,
    startedAt: start / 1_000,
    durationMs: durationUs / 1_000,
    status,
    error: status === "error" ? errorOf(outline) : null,
    operation: textOf(operation),
    step: textOf(step),
    key: textOf(key),
    run: textOf(run),
    model: textOf(asked) ?? textOf(answered),
    inputTokens: numberOf(inputTokens),
    outputTokens: numberOf(outputTokens),
    events,
    links,
  };
}

/** A whole span as its trace shows it. */
export function spanOf(record: SpanRecord): TraceSpan {
  const { events, links, attributes } = record;
  const thrown = events.find(({ name }) => name === "exception")?.attributes["exception.message"];
  return toSpan({
    ...record,
    thrown: textOf(thrown),
    events: events.length,
    links: links.length,
    values: shownAttributes.map((name) => attributes[name] ?? null),
  });
}

function errorOf({ statusText, thrown, values }: SpanOutline): string {
  const words = [statusText, thrown, textOf(values[errorPlace])];
  return (words.find((text) => text !== null && text !== "") ?? "failed").slice(0, mostErrorCharacters);
}

type Value = SpanOutline["values"][number] | undefined;

function textOf(value: Value): string | null {
  return typeof value === "string" ? value : null;
}

function numberOf(value: Value): number | null {
  return typeof value === "number" ? value : null;
}

/** Null where nobody has told: unknown is not zero. */
function sumOf(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0);
}
