export interface LineSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch milliseconds and values, oldest first; null for what is not a number. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface LinePath {
  readonly name: string;
  readonly color: string;
  /** The second cue beside the colour. */
  readonly dash: string;
  readonly d: string;
  readonly last: number | null;
}

export interface LinePaths {
  readonly paths: readonly LinePath[];
  readonly top: number;
  readonly from: number;
  readonly to: number;
}

const mostLines = 5;
const dashes = ["", "6 3", "2 3", "8 3 2 3", "1 2"];

/** Series as the paths of an SVG; of many, those that reach highest. A gap in the points is a gap in the line. */
export function pathsOf(
  series: readonly LineSeries[],
  size: { readonly width: number; readonly height: number },
): LinePaths {
  const shown = series.toSorted((left, right) => highest(right) - highest(left)).slice(0, mostLines);
  const times = shown.flatMap(({ points }) => points.map(([at]) => at));
  const from = Math.min(...times, Number.POSITIVE_INFINITY);
  const to = Math.max(...times, Number.NEGATIVE_INFINITY);
  const top = Math.max(...shown.map(highest), 0);
  const step = smallestStep(shown);
  const x = (at: number): number => (to > from ? ((at - from) / (to - from)) * size.width : 0);
  const y = (value: number): number => size.height - (top > 0 ? (value / top) * (size.height - 2) : 0) - 1;
  const paths = shown.map(({ labels, points }, index) => ({
    name: Object.values(labels).join(" ") || "all",
    color: `var(--c${index + 1})`,
    dash: dashes[index] ?? "",
    d: drawn(known(points), { x, y, step }),
    last: points.at(-1)?.[1] ?? null,
  }));
  return { paths, top, from: Number.isFinite(from) ? from : 0, to: Number.isFinite(to) ? to : 0 };
}

interface Scale {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly step: number;
}

type Known = readonly (readonly [number, number])[];

function known(points: LineSeries["points"]): Known {
  return points.flatMap(([at, value]) => (value === null ? [] : [[at, value] as const]));
}

function drawn(points: Known, { x, y, step }: Scale): string {
  return points
    .map(([at, value], index) => {
      const before = points[index - 1]?.[0];
      const isConnected = before !== undefined && at - before <= step * 1.5;
      return `${isConnected ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}${isConnected ? "" : "h.1"}`;
    })
    .join("");
}

function smallestStep(series: readonly LineSeries[]): number {
  const steps = series.flatMap(({ points }) => points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at)));
  return Math.min(...steps.filter((step) => step > 0), Number.POSITIVE_INFINITY);
}

function highest({ points }: LineSeries): number {
  return known(points).reduce((most, [, value]) => Math.max(most, value), 0);
}
