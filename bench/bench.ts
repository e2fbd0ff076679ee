import type { ContenderName } from "./contender.ts";
import type { ContenderProcess } from "./contender-process.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Figures, Measure } from "./figure.ts";

/** What a section of the benchmark works with. */
export interface Bench {
  readonly figures: Figures;
  readonly data: DataFolder;
  readonly rounds: number;
  /** One short round to see that everything works; its figures mean little. */
  readonly isQuick: boolean;
  /** `postgres://…` of a server where databases may be made, if there is one. */
  readonly postgres: string | undefined;
  /** Whether this contender was asked for. */
  readonly wants: (contender: ContenderName) => boolean;
  process(contender: ContenderName): ContenderProcess;
  /** Progress, for people. */
  say(text: string): void;
}

export type Section = (bench: Bench) => Promise<void>;

/** Takes a round of a measure down: its figure, or that and why it failed. */
export async function takeDown(
  { figures }: Bench,
  { contender, measures }: { contender: string; measures: readonly Measure[] },
  work: () => Promise<readonly number[]>,
): Promise<void> {
  try {
    const values = await work();
    for (const [index, measure] of measures.entries()) {
      figures.add(measure, contender, values[index] ?? Number.NaN);
    }
  } catch (error) {
    for (const measure of measures) figures.failed(measure, contender, error);
  }
}
