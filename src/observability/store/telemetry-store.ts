import type { EpochMs } from "../../core/clock.ts";
import type { LogLevel } from "../../core/log.ts";
import type { LogRecord, Point, SeriesPoint, SpanRecord } from "../record.ts";

export interface FoundSpan {
  /** Null where not exactly one fits. */
  readonly span: SpanRecord | null;
  readonly fitting: number;
}

/** Takes what is told and returns at once. Never throws; what there is no room for is dropped and counted. */
export interface TelemetrySink {
  spans(records: readonly SpanRecord[]): void;
  logs(records: readonly LogRecord[]): void;
  points(points: readonly SeriesPoint[]): void;
}

/** What a list shows of a trace. It stays when sampling has removed the spans. */
export interface TraceSummary {
  readonly traceId: string;
  /** Of the span without a parent; while that is not there of the run that was begun from elsewhere, or the earliest. */
  readonly name: string;
  readonly service: string;
  readonly startedAt: EpochMs;
  readonly durationMs: number;
  readonly spans: number;
  readonly errors: number;
  /** Null where no span tells. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly models: readonly string[];
  /** The run that it is of. */
  readonly run: string | null;
  /** False while the root has not ended, or the run of Tutti's whose parent is elsewhere. */
  readonly isComplete: boolean;
}

export interface TraceFilter {
  /** See docs/observability.md: `status:error gen_ai.request.model:ollama/llama3.2 duration>2s refund`. */
  readonly query?: string | undefined;
  readonly since?: EpochMs | undefined;
  readonly until?: EpochMs | undefined;
  /** The traces that stand behind this one in the list: those whose first span came before its first. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface LogFilter {
  /** Words and `level:warn event:host.* run:run_… trace:… key:value`. */
  readonly query?: string | undefined;
  /** This one and what is graver. */
  readonly level?: LogLevel | undefined;
  readonly since?: EpochMs | undefined;
  readonly until?: EpochMs | undefined;
  /**
   * Only what was stored after, or before, the record of this number. Behind `after` the oldest come, oldest first; else
   * the newest, newest first.
   */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface StoredLog extends LogRecord {
  /** Grows in the order of storing. */
  readonly seq: number;
}

export interface SeriesFilter {
  readonly name: string;
  /** `=` and `!=` compare whole values, `=~` and `!~` by a regular expression over the whole value. */
  readonly matchers: readonly {
    readonly label: string;
    readonly op: "=" | "!=" | "=~" | "!~";
    readonly value: string;
  }[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The finest resolution that is wanted; the store takes what it has: 10 s, 1 min, 1 h, 1 d. */
  readonly stepMs: number;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Oldest first; `at` is the end of the interval. */
  readonly points: readonly { readonly at: EpochMs; readonly point: Point }[];
}

export interface SeriesResult {
  /** Milliseconds of an interval of these points. */
  readonly resolutionMs: number;
  readonly series: readonly Series[];
}

export interface TelemetrySize {
  readonly bytes: number;
  readonly spans: number;
  readonly traces: number;
  readonly logs: number;
  readonly points: number;
  /** When the oldest is from of what `prune` would take; of a trace, its end. */
  readonly oldest: Readonly<Record<PrunedKind, EpochMs | null>>;
}

/** What became of what was handed in, since this process began. */
export interface TelemetryCounts {
  readonly accepted: number;
  readonly dropped: number;
  readonly failed: number;
}

export type TelemetryKind = "spans" | "logs" | "points";

/** `points` are the figures by the minute and finer, `hours` those by the hour. Those by the day stay. */
export type PrunedKind = TelemetryKind | "hours";

/** telemetry.db, which lives in a thread of its own: nothing here ever stops a step. Opened by its first use. */
export interface TelemetryStore extends AsyncDisposable {
  readonly sink: TelemetrySink;
  readonly counts: () => TelemetryCounts;
  traces(filter: TraceFilter): Promise<readonly TraceSummary[]>;
  countTraces(filter: Omit<TraceFilter, "before" | "limit">): Promise<number>;
  /** All spans of a trace, by their start; empty where there is none. */
  trace(traceId: string): Promise<readonly SpanRecord[]>;
  /**
   * The same as `trace.get` answers it: a `TraceDetail` as JSON, made where the spans are read, so that ten thousand of
   * them are never objects of the caller's thread. Null where there is no span of that trace.
   */
  traceText(traceId: string): Promise<string | null>;
  /** The one span of a trace whose id begins with these digits; null where there is no span of that trace. */
  span(traceId: string, digits: string): Promise<FoundSpan | null>;
  logs(filter: LogFilter): Promise<readonly StoredLog[]>;
  countLogs(filter: Pick<LogFilter, "query" | "level" | "since" | "until">): Promise<number>;
  series(filter: SeriesFilter): Promise<SeriesResult>;
  /** Names of series that there are points of, with the labels that they have. */
  seriesNames(): Promise<readonly { readonly name: string; readonly labels: readonly string[] }[]>;
  labelValues(name: string, label: string): Promise<readonly string[]>;
  /** Spans and logs in the order of storing, for who sends them on; `after` is the last `cursor`. */
  follow(
    kind: "spans" | "logs",
    after: number,
    limit: number,
  ): Promise<{ readonly records: readonly (SpanRecord | LogRecord)[]; readonly cursor: number }>;
  /** Keeps a small text by name: the cursor of who sends on, and the like. */
  remember(name: string, value: string): Promise<void>;
  recall(name: string): Promise<string | null>;
  size(): Promise<TelemetrySize>;
  /** In small transactions; what happened before that time goes, whole traces at once. */
  prune(kind: PrunedKind, before: EpochMs): Promise<number>;
  /** Removes the spans of finished traces without errors, but for the share that is set and the slowest of each name. */
  thin(): Promise<number>;
  vacuum(options: { readonly whole: boolean }): Promise<void>;
  /** When everything that was handed in before has been stored, dropped or has failed. */
  flush(): Promise<void>;
}
