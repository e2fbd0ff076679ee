import type { LogLevel } from "../core/log.ts";
import type { AttributeValue } from "../core/trace.ts";

/** Epoch microseconds: whole numbers stay exact until the year 2255. */
export type EpochUs = number;

export type RecordAttributes = Readonly<Record<string, AttributeValue>>;

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";
export type SpanStatus = "unset" | "ok" | "error";

export interface SpanEvent {
  readonly name: string;
  readonly at: EpochUs;
  readonly attributes: RecordAttributes;
}

/** Who sent it: `service` is its `service.name`, `scope` the name of the library that made it. */
export interface Origin {
  readonly service: string;
  readonly scope: string;
  /** The resource's other attributes. */
  readonly resource: RecordAttributes;
}

/** A span that has ended, whoever made it: Tutti's own, a flow's, or one that came by OTLP. */
export interface SpanRecord extends Origin {
  /** 32 hex digits, lower case. */
  readonly traceId: string;
  /** 16 hex digits, lower case. */
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: EpochUs;
  readonly durationUs: number;
  readonly status: SpanStatus;
  readonly statusText: string | null;
  readonly attributes: RecordAttributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** A span without what it carries: what a waterfall is drawn of. */
export interface SpanOutline extends Pick<
  SpanRecord,
  "spanId" | "parentId" | "name" | "kind" | "service" | "start" | "durationUs" | "status" | "statusText"
> {
  /** The message of the first exception among its events. */
  readonly thrown: string | null;
  /** How many it has. */
  readonly events: number;
  readonly links: number;
  /** Of the attributes that were asked for, in their order; null where it has none. */
  readonly values: readonly (AttributeValue | null)[];
}

export interface LogRecord extends Origin {
  readonly at: EpochUs;
  readonly level: LogLevel;
  /** What happened, as a name: `host.listening`, `claude_code.tool_result`. */
  readonly event: string;
  /** For people; may be empty. */
  readonly message: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly run: string | null;
  readonly attributes: RecordAttributes;
}

/**
 * What one series did in one interval. Counters and histograms say what was added in it, so that sums of intervals are
 * sums of what happened, whoever was restarted meanwhile.
 */
export type Point =
  | { readonly type: "counter"; readonly sum: number }
  | { readonly type: "gauge"; readonly last: number; readonly min: number; readonly max: number }
  /** `counts` has one more than `bounds`: what lies above the last. */
  | {
      readonly type: "histogram";
      readonly sum: number;
      readonly count: number;
      readonly bounds: readonly number[];
      readonly counts: readonly number[];
    };

export interface SeriesPoint {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The end of the interval. */
  readonly at: EpochUs;
  readonly point: Point;
}
