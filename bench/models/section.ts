/** What a section of `npm run bench models` works with. */
export interface ModelsBench {
  /** Short, to see that everything works; its figures mean little. */
  readonly isQuick: boolean;
  /** The same seed gives the same simulated figures. */
  readonly seed: number;
  /** Address of a real Ollama, if one was named. */
  readonly ollama: string | undefined;
  /** Progress, for people. */
  say(text: string): void;
}

/** What a section found: text for people, which is Markdown, and the same as data. */
export interface Report {
  readonly title: string;
  readonly text: string;
  readonly data: unknown;
  /** It found what must not be. */
  readonly isBad?: boolean;
}

export type ModelsSection = (bench: ModelsBench) => Promise<Report>;

/** A table that reads well as it is. The first column is text, the others are numbers. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(3, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, index) => (index === 0 ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, index) => (index === 0 ? `:${"-".repeat(width + 1)}` : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
