/** What a small chart needs of its data: where each point lies, and what stands at its edges. */
export interface ChartInput {
  readonly from: number;
  readonly to: number;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly points: readonly ChartPoint[];
  }[];
  readonly threshold: number | null;
}

interface ChartPoint {
  readonly at: number;
  readonly value: number | null;
}

export interface Chart {
  readonly top: number;
  readonly bottom: number;
  /** `d` of a path for each series, in a box of 1000 × 100. */
  readonly paths: readonly string[];
  /** From the top, 0 to 100; null where there is no line. */
  readonly thresholdY: number | null;
  x(at: number): number;
}

export const chartWidth = 1_000;
export const chartHeight = 100;

export function chartOf({ from, to, series, threshold }: ChartInput): Chart {
  const values = series.flatMap(({ points }) => points.flatMap(({ value }) => (value === null ? [] : [value])));
  const all = threshold === null ? values : [...values, threshold];
  const least = Math.min(0, ...all);
  const most = Math.max(...all, least);
  // Room above the highest, so that a line at the edge is seen.
  const span = most === least ? 1 : (most - least) * 1.1;
  const x = (at: number): number => ((at - from) / Math.max(1, to - from)) * chartWidth;
  const y = (value: number): number => chartHeight - ((value - least) / span) * chartHeight;
  return {
    top: least + span,
    bottom: least,
    thresholdY: threshold === null ? null : y(threshold),
    paths: series.map(({ points }) => pathOf(points, { x, y })),
    x,
  };
}

interface Scales {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

/** Steps that are missing, or are far from one another, break the line: nothing is known of the time between. */
function pathOf(points: readonly ChartPoint[], { x, y }: Scales): string {
  const usual = usualStep(points.map(({ at }) => at));
  let last: number | null = null;
  return points
    .map(({ at, value }) => {
      if (value === null) {
        last = null;
        return "";
      }
      const isNext = last !== null && at - last <= usual * 1.5;
      last = at;
      const place = `${round(x(at))} ${round(y(value))}`;
      // A point that stands alone is drawn as a dot: a line of no length with round ends.
      return isNext ? `L${place}` : `M${place}h0`;
    })
    .join("");
}

function usualStep(times: readonly number[]): number {
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
