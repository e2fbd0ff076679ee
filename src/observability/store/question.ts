import type { Clock, EpochMs } from "../../core/clock.ts";
import { countLogs, followLogs, listLogs, type LogCountFilter } from "./log-reader.ts";
import { giveBack, pruneSlice, vacuum } from "./maintenance.ts";
import { readSpanOf, readTraceText } from "./outline-reader.ts";
import { labelValues, seriesNames } from "./series-list.ts";
import { readSeries } from "./series-reader.ts";
import { readSize } from "./size-reader.ts";
import { followSpans, readTrace } from "./span-reader.ts";
import type { OpenTables } from "./telemetry-file.ts";
import type { LogFilter, PrunedKind, SeriesFilter, TraceFilter } from "./telemetry-store.ts";
import { thinSlice } from "./thin.ts";
import { countTraces, listTraces } from "./trace-reader.ts";

export interface Asking {
  readonly tables: OpenTables;
  readonly clock: Clock;
  /** Share of finished traces without errors that stay. */
  readonly sample: number;
}

/** What the file can be asked, by name: the same in a thread as in the process itself. */
export const questions = {
  traces: ({ tables, clock }: Asking, filter: TraceFilter) => listTraces(tables, filter, clock.now()),
  countTraces: ({ tables, clock }: Asking, filter: Omit<TraceFilter, "before" | "limit">) =>
    countTraces(tables, filter, clock.now()),
  trace: ({ tables }: Asking, traceId: string) => readTrace(tables, traceId),
  traceText: ({ tables }: Asking, traceId: string) => readTraceText(tables, traceId),
  span: ({ tables }: Asking, traceId: string, digits: string) => readSpanOf(tables, traceId, digits),
  logs: ({ tables, clock }: Asking, filter: LogFilter) => listLogs(tables, filter, clock.now()),
  countLogs: ({ tables, clock }: Asking, filter: LogCountFilter) => countLogs(tables, filter, clock.now()),
  followSpans: ({ tables }: Asking, after: number, limit: number) => followSpans(tables, after, limit),
  followLogs: ({ tables, clock }: Asking, after: number, limit: number) =>
    followLogs(tables, { after, limit }, clock.now()),
  series: ({ tables }: Asking, filter: SeriesFilter) => readSeries(tables, filter),
  seriesNames: ({ tables }: Asking) => seriesNames(tables),
  labelValues: ({ tables }: Asking, name: string, label: string) => labelValues(tables, name, label),
  remember: ({ tables }: Asking, name: string, value: string) => {
    tables.sqlite.run("insert or replace into notes (name, value) values (?, ?)", `told.${name}`, value);
  },
  recall: ({ tables }: Asking, name: string) =>
    tables.sqlite.first<{ value: string }>("select value from notes where name = ?", `told.${name}`)?.value ?? null,
  size: ({ tables }: Asking) => readSize(tables),
  thinSlice: ({ tables, clock, sample }: Asking) => thinSlice(tables, { sample, now: clock.now() }),
  giveBack: ({ tables }: Asking) => giveBack(tables),
  vacuum: ({ tables }: Asking) => vacuum(tables),
  pruneSlice: ({ tables }: Asking, kind: PrunedKind, before: EpochMs) => pruneSlice(tables, kind, before),
} as const;

export type Questions = typeof questions;
export type QuestionName = keyof Questions;
type Own<Parameters> = Parameters extends [Asking, ...infer Rest] ? Rest : never;
export type ArgumentsOf<Name extends QuestionName> = Own<Parameters<Questions[Name]>>;
export type AnswerTo<Name extends QuestionName> = ReturnType<Questions[Name]>;

/** Names and arguments come from `Keeper.ask`, whose types have seen to them. */
export function answer(asking: Asking, name: QuestionName, given: readonly unknown[]): unknown {
  const question = questions[name] as (asking: Asking, ...given: readonly unknown[]) => unknown;
  return question(asking, ...given);
}
