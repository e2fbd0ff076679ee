import type { Clock } from "../../core/clock.ts";
import type { AnyOperation } from "../../core/operation.ts";

/** What a report shows, asked of the operations that the pages ask. */
export interface ReportOptions {
  readonly clock: Clock;
  readonly version: string;
  /** Of all rooms, once they are there. */
  readonly operations: () => readonly AnyOperation[];
}

/** Reports as one HTML file that opens from disk. */
export function createReportOperations(_options: ReportOptions): readonly AnyOperation[] {
  return [];
}
