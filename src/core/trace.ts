import { hash } from "node:crypto";

/** What a span says: as OpenTelemetry's attributes. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[];
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** Where something stands in a trace, in hex digits: 32 for the trace, 16 for the span. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** What other systems want to be told again of this trace: W3C's `tracestate`. */
  readonly state?: string | undefined;
}

export interface SpanStart {
  readonly name: string;
  readonly kind?: "internal" | "server" | "client" | "producer" | "consumer";
  readonly attributes?: Attributes;
}

export interface LiveSpan {
  readonly context: TraceContext;
  set(attributes: Attributes): void;
  event(name: string, attributes?: Attributes): void;
}

/**
 * Tells what happens inside a step. Never throws and never waits for a store; a span whose work throws has failed, and
 * the error goes on.
 */
export interface Tracer {
  span<Result>(start: SpanStart, work: (span: LiveSpan) => Promise<Result>): Promise<Result>;
  /** Where the caller stands; null outside of every span. */
  current(): TraceContext | null;
}

const nowhere: LiveSpan = {
  context: { traceId: "0".repeat(32), spanId: "0".repeat(16) },
  set: () => undefined,
  event: () => undefined,
};

export const silentTracer: Tracer = { span: (_start, work) => work(nowhere), current: () => null };

/** `00-<trace>-<span>-01`, as W3C Trace Context has it in headers and in the environment. */
export function toTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Null for what is not one, or stands for nothing. */
export function fromTraceparent(text: string, state?: string): TraceContext | null {
  const [, version, traceId = "", spanId = ""] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-|$)/.exec(text) ?? [];
  if (version === undefined || version === "ff" || /^0*$/.test(traceId) || /^0*$/.test(spanId)) return null;
  return { traceId, spanId, ...(isState(state) ? { state } : {}) };
}

// What a member of a list may have: printable, and little enough to be handed on in a header.
function isState(state: string | undefined): state is string {
  return state !== undefined && state.length <= 512 && /^[\x21-\x7e][\x20-\x7e]*$/.test(state);
}

/** `traceparent`, and behind a space `tracestate` where there is one: how a run keeps where its first cause stands. */
export function toTraceText(context: TraceContext): string {
  return context.state === undefined ? toTraceparent(context) : `${toTraceparent(context)} ${context.state}`;
}

export function fromTraceText(text: string): TraceContext | null {
  const space = text.indexOf(" ");
  return space < 0 ? fromTraceparent(text) : fromTraceparent(text.slice(0, space), text.slice(space + 1));
}

/** How a program that is started hears where it stands. */
export function traceEnvironment(context: TraceContext | null): Record<string, string> {
  if (context === null) return {};
  return {
    TRACEPARENT: toTraceparent(context),
    ...(context.state === undefined ? {} : { TRACESTATE: context.state }),
  };
}

/** The trace of a run that nobody outside has begun: the same from whoever asks, also after a crash. */
export function traceIdOf(run: string): string {
  return hash("sha1", run).slice(0, 32);
}

/** The span of a step, or of the run itself (key ""): the same from whoever asks, so that what is told apart fits together. */
export function spanIdOf(run: string, key: string): string {
  return hash("sha1", `${run}/${key}`).slice(0, 16);
}

export interface TracedRun {
  readonly run: string;
  /** Where its first cause stands, as `toTraceText` gives it; null where nobody has told. */
  readonly trace: string | null;
}

/** Where something of a run stands: the run itself (key ""), a step, an attempt. */
export function traceOf({ run, trace }: TracedRun, key: string): TraceContext {
  const cause = trace === null ? null : fromTraceText(trace);
  const spanId = spanIdOf(run, key);
  if (cause === null) return { traceId: traceIdOf(run), spanId };
  return { ...cause, spanId };
}
