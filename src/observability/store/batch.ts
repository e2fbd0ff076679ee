import type { LogRecord, SeriesPoint, SpanRecord } from "../record.ts";

/** What is stored together. */
export interface Batch {
  readonly spans: readonly SpanRecord[];
  readonly logs: readonly LogRecord[];
  readonly points: readonly SeriesPoint[];
}

export function sizeOf({ spans, logs, points }: Batch): number {
  return spans.length + logs.length + points.length;
}

/** What became of a batch. */
export interface Stored {
  readonly accepted: number;
  readonly failed: number;
  /** Why the whole of it has failed. */
  readonly error?: string;
}

export function allFailed(batch: Batch, error: unknown): Stored {
  return { accepted: 0, failed: sizeOf(batch), error: error instanceof Error ? error.message : String(error) };
}
