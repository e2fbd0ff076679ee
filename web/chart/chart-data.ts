/** A line as it is asked for: only the times that there is something of. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [at: number, value: number | null])[];
}

/** A line as it is drawn: a value, or null, for each time. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Many in one, in the colour of what is not looked at. */
  readonly isOthers: boolean;
}

export interface ChartData {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

export interface Grid {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** How what is too many for colours becomes one line: what adds up is added, of all else the highest is shown. */
export type Others = "sum" | "highest";

// More colours than these cannot be told apart.
export const mostLines = 5;

/** Lays series over the same times, so that a time without a value is a gap; the five largest are lines of their own. */
export function toChartData(grid: Grid, series: readonly Series[], others: Others): ChartData {
  const times = timesOf(grid);
  const lines = series.map(({ name, points }): Line => {
    const byTime = new Map(points);
    return { name, values: times.map((at) => byTime.get(at) ?? null), isOthers: false };
  });
  if (lines.length <= mostLines) return { times, lines: lines.toSorted(byName) };
  const ranked = lines.toSorted((a, b) => weightOf(b) - weightOf(a));
  const shown = ranked.slice(0, mostLines).toSorted(byName);
  return { times, lines: [...shown, together(ranked.slice(mostLines), others)] };
}

function timesOf({ from, to, stepMs }: Grid): number[] {
  if (stepMs <= 0) return [from];
  return Array.from({ length: Math.floor((to - from) / stepMs) + 1 }, (_none, index) => from + index * stepMs);
}

// A line keeps its colour when it is asked for again.
function byName(a: Line, b: Line): number {
  return a.name < b.name ? -1 : 1;
}

function weightOf({ values }: Line): number {
  return values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
}

function together(lines: readonly Line[], others: Others): Line {
  const [only] = lines;
  if (lines.length === 1 && only) return { ...only, isOthers: true };
  const count = lines[0]?.values.length ?? 0;
  const values = Array.from({ length: count }, (_none, index) => {
    const known = lines.flatMap(({ values: own }) => own[index] ?? []);
    if (known.length === 0) return null;
    return others === "sum" ? known.reduce((sum, value) => sum + value, 0) : Math.max(...known);
  });
  const how = others === "sum" ? "added up" : "the highest";
  return { name: `${lines.length} others, ${how}`, values, isOthers: true };
}

export interface LineFigures {
  readonly last: number | null;
  readonly least: number | null;
  readonly most: number | null;
  readonly mean: number | null;
}

/** What a line comes to; of nothing known everything is unknown. */
export function figuresOf({ values }: Pick<Line, "values">): LineFigures {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return { last: null, least: null, most: null, mean: null };
  return {
    last,
    least: Math.min(...known),
    most: Math.max(...known),
    mean: known.reduce((sum, value) => sum + value, 0) / known.length,
  };
}

/** The highest value of all lines; 0 where there is none. */
export function highestOf({ lines }: ChartData): number {
  return Math.max(0, ...lines.map((line) => figuresOf(line).most ?? 0));
}

/** Values with nothing known on either side: a line would not show them. */
export function lonely(values: readonly (number | null | undefined)[]): number[] {
  const isKnown = (index: number): boolean => (values[index] ?? null) !== null;
  return values.flatMap((_value, index) =>
    isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1) ? [index] : [],
  );
}
