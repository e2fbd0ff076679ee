import type { Point } from "../record.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

/** What a series did in one interval, as all tables of points have it. */
export interface PointRow {
  readonly series: number;
  /** The number of the interval: its end, divided by its length. */
  readonly at: number;
  /** What a counter and a histogram add up to, and the last of a gauge. */
  readonly value: number;
  readonly least: number | null;
  readonly most: number | null;
  readonly count: number | null;
  readonly counts: Uint8Array | null;
}

/** What the rows of a series are made of. */
export interface SeriesKind {
  readonly type: Point["type"];
  readonly bounds: readonly number[];
}

const bytes = new ByteWriter();

export function toPointRow(series: number, at: number, point: Point): PointRow {
  switch (point.type) {
    case "counter":
      return { series, at, value: point.sum, least: null, most: null, count: null, counts: null };
    case "gauge":
      return { series, at, value: point.last, least: point.min, most: point.max, count: null, counts: null };
    default:
      return {
        series,
        at,
        value: point.sum,
        least: null,
        most: null,
        count: point.count,
        counts: writeCounts(point.counts),
      };
  }
}

export function toPoint({ value, least, most, count, counts }: PointRow, { type, bounds }: SeriesKind): Point {
  switch (type) {
    case "counter":
      return { type, sum: value };
    case "gauge":
      return { type, last: value, min: least ?? value, max: most ?? value };
    default:
      return { type, sum: value, count: count ?? 0, bounds, counts: readCounts(counts) };
  }
}

/** Both in one interval; of a gauge, the later one's last stands. */
export function mergedRow(type: Point["type"], earlier: PointRow, later: PointRow): PointRow {
  switch (type) {
    case "counter":
      return { ...later, value: earlier.value + later.value };
    case "gauge":
      return { ...later, least: leastOf(earlier, later), most: mostOf(earlier, later) };
    default:
      return {
        ...later,
        value: earlier.value + later.value,
        count: (earlier.count ?? 0) + (later.count ?? 0),
        counts: addedCounts(earlier.counts, later.counts),
      };
  }
}

function leastOf(left: PointRow, right: PointRow): number {
  return Math.min(left.least ?? left.value, right.least ?? right.value);
}

function mostOf(left: PointRow, right: PointRow): number {
  return Math.max(left.most ?? left.value, right.most ?? right.value);
}

function addedCounts(left: Uint8Array | null, right: Uint8Array | null): Uint8Array {
  const [one, other] = [readCounts(left), readCounts(right)];
  const longer = one.length >= other.length ? one : other;
  return writeCounts(longer.map((_, index) => (one[index] ?? 0) + (other[index] ?? 0)));
}

function writeCounts(counts: readonly number[]): Uint8Array {
  for (const count of counts) bytes.whole(Math.max(0, Math.round(count)));
  return bytes.take();
}

function readCounts(counts: Uint8Array | null): number[] {
  const found: number[] = [];
  if (counts === null) return found;
  for (const reader = new ByteReader(counts); !reader.isAtEnd;) found.push(reader.whole());
  return found;
}
