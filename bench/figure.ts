/** What the rounds gave for one measure of one contender. A round that failed is kept with its reason. */
export interface Figure {
  readonly measure: Measure;
  readonly contender: string;
  readonly values: readonly number[];
  readonly failures: readonly string[];
  /** Why it was not measured at all. */
  readonly leftOut?: string;
  /** What a reader has to know about the figure. */
  readonly note?: string;
}

export interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly better: "more" | "less";
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((left, right) => left - right);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? min) + (sorted[Math.ceil(middle)] ?? max)) / 2;
  return { median, min, max };
}

/** Collects what is measured, in the order of the first mention. */
export class Figures {
  readonly #byKey = new Map<string, { -readonly [Key in keyof Figure]: Figure[Key] }>();

  get all(): readonly Figure[] {
    return [...this.#byKey.values()];
  }

  add(measure: Measure, contender: string, value: number): void {
    const figure = this.#figure(measure, contender);
    figure.values = [...figure.values, value];
  }

  failed(measure: Measure, contender: string, error: unknown): void {
    const figure = this.#figure(measure, contender);
    figure.failures = [...figure.failures, error instanceof Error ? error.message : String(error)];
  }

  leftOut(measure: Measure, contender: string, reason: string): void {
    this.#figure(measure, contender).leftOut = reason;
  }

  note(measure: Measure, contender: string, note: string): void {
    this.#figure(measure, contender).note = note;
  }

  #figure(measure: Measure, contender: string): { -readonly [Key in keyof Figure]: Figure[Key] } {
    const key = `${measure.name}\n${contender}`;
    const figure = this.#byKey.get(key) ?? { measure, contender, values: [], failures: [] };
    this.#byKey.set(key, figure);
    return figure;
  }
}
