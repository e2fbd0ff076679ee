import type { Failure } from "../../core/error.ts";
import type { LogLevel } from "../../core/log.ts";
import type { Stored } from "./batch.ts";
import type { QuestionName } from "./question.ts";

/**
 * To the thread. A batch is one text: writing it down costs this side half as much again as handing over its objects
 * (2.8 µs a span to 1.9), and the other side, which has more to do, reads it sooner than it would take them over.
 */
export type Request =
  | { readonly type: "ingest"; readonly id: number; readonly batch: string }
  | { readonly type: "ask"; readonly id: number; readonly name: QuestionName; readonly given: readonly unknown[] }
  | { readonly type: "close"; readonly id: number };

/** From the thread. */
export type Reply =
  | { readonly type: "stored"; readonly id: number; readonly stored: Stored }
  | { readonly type: "answered"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure }
  | {
      readonly type: "log";
      readonly level: LogLevel;
      readonly event: string;
      readonly fields: Record<string, unknown>;
    };

export interface ThreadData {
  readonly path: string;
  readonly sample: number;
}
