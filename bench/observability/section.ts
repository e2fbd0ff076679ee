/** A part of `npm run bench observability`. */
export type ObservabilitySection = (bench: ObservabilityBench) => Promise<Report>;

export interface ObservabilityBench {
  /** Short, to see that it works; its figures mean little. */
  readonly isQuick: boolean;
  /** How many are stored beforehand, where another number was asked for. */
  readonly spans?: number;
  /** Progress, for people. */
  say(text: string): void;
}

export interface Report {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  /** A figure is above its bar. */
  readonly isBad: boolean;
}

/** A figure beside the bar that it is to stay below; null where there is none. */
export interface Row {
  readonly what: string;
  readonly p50: number;
  readonly p99: number;
  readonly bar: number | null;
  readonly unit: "µs" | "ms";
}

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, p50, p99, bar, unit }) =>
      `| ${what} | ${p50.toPrecision(3)} | ${p99.toPrecision(3)} | ${bar === null ? "" : `< ${bar}`} | ${unit} |`,
  );
  return ["| | p50 | p99 | bar | |", "|:--|--:|--:|--:|:--|", ...lines].join("\n");
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
