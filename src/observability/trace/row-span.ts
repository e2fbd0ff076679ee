import type { EpochMs } from "../../core/clock.ts";
import type { Failure } from "../../core/error.ts";
import type { ObservedEnd, ObservedRun, ObservedStep } from "../../core/observer.ts";
import type { Usage } from "../../core/step.ts";
import { kindOfScope, nameInKey } from "../../core/step-key.ts";
import { fromTraceText, spanIdOf, traceOf, type AttributeValue, type TraceContext } from "../../core/trace.ts";
import type { Origin, RecordAttributes, SpanEvent, SpanRecord } from "../record.ts";
import { genAi, general, own } from "./semantic.ts";

/** What a span of the engine is made of, beside what its row says. */
export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
}

/** The engine as the one who tells. */
export function engineOrigin(version: string): Origin {
  return { service: "tutti", scope: "tutti.engine", resource: { [general.version]: version } };
}

/** What is known of a step beside its row, where it was done by this process. */
export interface StepNote {
  readonly attributes?: RecordAttributes | undefined;
  readonly events: readonly SpanEvent[];
}

/** A step that has ended, as its row has it. */
export function stepSpan(
  origin: Origin,
  run: ObservedRun,
  step: ObservedStep,
  { place, note }: { readonly place: SpanPlace; readonly note?: StepNote | undefined },
): SpanRecord {
  const { startedAt, finishedAt } = step;
  return {
    ...origin,
    ...place,
    name: stepName(step),
    kind: "internal",
    ...times(startedAt ?? finishedAt, finishedAt),
    ...statusOf(step.status, step.failure),
    attributes: note?.attributes ? { ...stepAttributes(run, step), ...note.attributes } : stepAttributes(run, step),
    events: note?.events ?? [],
    links: [],
  };
}

function stepName({ kind, name, target, key, attempts }: ObservedStep): string {
  if (kind === "attempt") return `attempt ${attempts}`;
  if (kind === "agent") return `invoke_agent ${target ?? nameInKey(key)}`;
  if (kind === "tool") return `execute_tool ${target ?? name}`;
  return name;
}

// One object that grows, and not many that are merged: this is done for every step.
function stepAttributes(run: ObservedRun, step: ObservedStep): Record<string, AttributeValue> {
  const { key, kind, status, attempts, target, usage, failure } = step;
  const attributes: Record<string, AttributeValue> = {
    [own.run]: run.id,
    [own.stepKey]: key,
    [own.stepKind]: kind,
    [own.stepStatus]: status,
  };
  if (kind === "attempt") attributes[own.attempt] = attempts;
  else if (attempts > 1) attributes[own.stepAttempts] = attempts;
  if (target !== null) Object.assign(attributes, targetAttributes[kind]?.(target));
  if (usage !== null) Object.assign(attributes, usageAttributes(usage));
  if (failure !== null) attributes[general.error] = failure.code;
  return attributes;
}

const targetAttributes: Readonly<Record<string, (target: string) => RecordAttributes>> = {
  agent: (name) => ({ [genAi.operation]: "invoke_agent", [genAi.agent]: name, [own.agent]: name }),
  tool: (name) => ({ [genAi.operation]: "execute_tool", [genAi.tool]: name, [genAi.toolType]: "function" }),
  flow: (name) => ({ [own.childFlow]: name }),
  waitFor: (event) => ({ [own.event]: event }),
};

/** What lies inside has counted its own tokens already, by the conventions' names: these are the sums. */
function usageAttributes({ calls, inputTokens, outputTokens, models }: Usage): RecordAttributes {
  return {
    "tutti.usage.calls": calls,
    ...(inputTokens === undefined ? {} : { "tutti.usage.input_tokens": inputTokens }),
    ...(outputTokens === undefined ? {} : { "tutti.usage.output_tokens": outputTokens }),
    ...(models === undefined ? {} : { "tutti.usage.models": models }),
  };
}

/** The run itself, from the first worker that took it up to its end. */
export function runSpan(
  origin: Origin,
  run: ObservedRun,
  end: ObservedEnd,
  { place, queuedMs }: { readonly place: TraceContext; readonly queuedMs: number | null },
): SpanRecord {
  return {
    ...origin,
    traceId: place.traceId,
    spanId: place.spanId,
    parentId: run.trace === null ? null : (fromTraceText(run.trace)?.spanId ?? null),
    name: `invoke_workflow ${run.flow}`,
    kind: "internal",
    ...times(run.startedAt ?? end.finishedAt, end.finishedAt),
    ...statusOf(end.status, end.failure),
    attributes: {
      [genAi.operation]: "invoke_workflow",
      [genAi.workflow]: run.flow,
      [own.run]: run.id,
      ...(run.parent === null ? {} : { [own.parentRun]: run.parent.run }),
      [own.flow]: run.flow,
      [own.runStatus]: end.status,
      ...(run.trigger === null ? {} : { [own.trigger]: run.trigger }),
      ...(queuedMs === null ? {} : { [own.runQueued]: queuedMs }),
      ...(end.usage.calls > 0 ? usageAttributes(end.usage) : {}),
      ...(end.failure === null ? {} : { [general.error]: end.failure.code }),
    },
    events: [],
    links: run.origin === null ? [] : [linkTo(run.origin)],
  };
}

function linkTo(origin: NonNullable<ObservedRun["origin"]>): SpanRecord["links"][number] {
  const { traceId, spanId } = traceOf(origin, "");
  return { traceId, spanId };
}

/** A scope that has no row: nothing is known of it but what lies in it. */
export interface DerivedScope {
  readonly key: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The key of one that lies in it. */
  readonly inside: string;
}

export function scopeSpan(origin: Origin, run: ObservedRun, scope: DerivedScope, place: SpanPlace): SpanRecord {
  const kind = kindOfScope(scope.key, scope.inside);
  const index =
    kind === "item" ? { "tutti.item.index": Number(scope.key.slice(scope.key.lastIndexOf("[") + 1, -1)) } : {};
  return {
    ...origin,
    ...place,
    // One name for all items: how many names there are decides how well traces are searched.
    name: kind === "item" ? "item" : nameInKey(scope.key),
    kind: "internal",
    ...times(scope.from, scope.to),
    // What failed in it may have been dealt with: how the scope itself went is nowhere to be read.
    status: "unset",
    statusText: null,
    attributes: { [own.run]: run.id, [own.stepKey]: scope.key, [own.stepKind]: kind, ...index },
    events: [],
    links: [],
  };
}

/** The id of a step that was tried more than once: its plain id is that of its first try, which began under it. */
export function triedAgainId(run: string, key: string): string {
  return spanIdOf(run, `${key}/`);
}

function times(from: EpochMs, to: EpochMs): Pick<SpanRecord, "start" | "durationUs"> {
  return { start: from * 1_000, durationUs: Math.max(0, to - from) * 1_000 };
}

const longestStatus = 1_000;

function statusOf(status: string, failure: Failure | null): Pick<SpanRecord, "status" | "statusText"> {
  if (status !== "failed") return { status: "unset", statusText: null };
  return { status: "error", statusText: failure === null ? null : failure.message.slice(0, longestStatus) };
}
