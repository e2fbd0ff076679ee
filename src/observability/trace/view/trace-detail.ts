import type { SpanRecord } from "../../record.ts";
import { numberOf, textOf } from "./attribute-text.ts";
import { genAi, general, own } from "../semantic.ts";
import type { TraceDetail, TraceSpan } from "./shape.ts";

const modelNames = [genAi.requestModel, genAi.responseModel];
// Such a span has the sum of the calls that lie in it.
const sums: ReadonlySet<string> = new Set(["invoke_agent", "invoke_workflow"]);

const mostErrorCharacters = 300;

/** A trace as its waterfall needs it: all spans by their start, none of their payloads. */
export function traceDetail(traceId: string, records: readonly SpanRecord[]): TraceDetail {
  const inOrder = records.toSorted((a, b) => a.start - b.start || b.durationUs - a.durationUs);
  const spans = inOrder.map(toSpan);
  const root = inOrder.find(({ parentId }) => parentId === null) ?? inOrder[0];
  const start = inOrder[0]?.start ?? 0;
  const end = inOrder.reduce((last, span) => Math.max(last, span.start + span.durationUs), start);
  const calls = spans.filter(({ operation }) => operation === null || !sums.has(operation));
  return {
    traceId,
    name: root?.name ?? "",
    service: root?.service ?? "",
    services: [...new Set(inOrder.map(({ service }) => service))],
    run: (root && textOf(root, own.run)) ?? spans.find(({ run }) => run !== null)?.run ?? null,
    isComplete: root?.parentId === null,
    startedAt: start / 1_000,
    durationMs: (end - start) / 1_000,
    errors: spans.filter(({ status }) => status === "error").length,
    inputTokens: sumOf(calls.map((span) => span.inputTokens)),
    outputTokens: sumOf(calls.map((span) => span.outputTokens)),
    models: [...new Set(spans.flatMap(({ model }) => model ?? []))],
    spans,
  };
}

export function toSpan(record: SpanRecord): TraceSpan {
  const { spanId, parentId, name, kind, service, start, durationUs, status, events, links } = record;
  return {
    spanId,
    parentId,
    name,
    kind,
    service,
    startedAt: start / 1_000,
    durationMs: durationUs / 1_000,
    status,
    error: status === "error" ? errorOf(record) : null,
    operation: textOf(record, genAi.operation),
    step: textOf(record, own.stepKind),
    key: textOf(record, own.stepKey),
    run: textOf(record, own.run),
    model: modelNames.map((one) => textOf(record, one)).find((model) => model !== null) ?? null,
    inputTokens: numberOf(record, genAi.inputTokens),
    outputTokens: numberOf(record, genAi.outputTokens),
    events: events.length,
    links: links.length,
  };
}

function errorOf(record: SpanRecord): string {
  const thrown = record.events.find(({ name }) => name === "exception");
  const words = [record.statusText, thrown && textOf(thrown, "exception.message"), textOf(record, general.error)];
  return (words.find((text) => text !== null && text !== undefined && text !== "") ?? "failed").slice(
    0,
    mostErrorCharacters,
  );
}

/** Null where nobody has told: unknown is not zero. */
function sumOf(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0);
}
