/** Label values are names of few things: models, flows, kinds. Never ids, never what a user has written. */
export type Labels = Readonly<Record<string, string>>;

/** Figures of one kind, as OpenMetrics has them. Declared once; there before its first sample. */
export interface MetricFamily {
  /** As Prometheus has it: `tutti_runs_total`, `gen_ai_client_operation_duration_seconds`. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** `seconds`, `bytes`, …; empty for counts. */
  readonly unit: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, without infinity. */
  readonly buckets?: readonly number[];
}

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Counts and measures. Never throws, costs about a microsecond. */
export interface Meters {
  /** Adds to a counter. */
  add(family: MetricFamily, labels: Labels, value?: number): void;
  /** Sets a gauge. */
  set(family: MetricFamily, labels: Labels, value: number): void;
  /** Puts a value into a histogram; the trace that stands around the caller becomes its exemplar. */
  observe(family: MetricFamily, labels: Labels, value: number): void;
}

/** The families of a room, and how to look at those that are not counted on the way. */
export interface MetricSource {
  readonly families: readonly MetricFamily[];
  /** Asked when figures are read, at most every few seconds: what a gauge stands at now. */
  readonly look?: (
    signal: AbortSignal,
  ) => Promise<readonly { readonly family: MetricFamily; readonly samples: readonly Sample[] }[]>;
}

const ignore = (): void => undefined;
export const silentMeters: Meters = { add: ignore, set: ignore, observe: ignore };
