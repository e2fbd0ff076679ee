/** One hour of runs by what became of them. */
export interface Bucket {
  readonly at: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly waiting: number;
  readonly running: number;
  readonly cancelled: number;
  readonly paused: number;
  readonly queued: number;
}

export const parts = ["running", "waiting", "failed", "other", "succeeded"] as const;
export type Part = (typeof parts)[number];

/** From the top of the bar to its foot: what departs from fine lies on top. */
export function partsOf(bucket: Bucket): readonly { readonly part: Part; readonly runs: number }[] {
  const runs: Readonly<Record<Part, number>> = {
    running: bucket.running + bucket.queued,
    waiting: bucket.waiting,
    failed: bucket.failed,
    other: bucket.cancelled + bucket.paused,
    succeeded: bucket.succeeded,
  };
  return parts.map((part) => ({ part, runs: runs[part] })).filter((entry) => entry.runs > 0);
}

/** A round number at or above the highest bar, and the lines under it that are worth a number. */
export function scaleOf(highest: number): { readonly top: number; readonly lines: readonly number[] } {
  const wanted = Math.max(1, highest);
  const size = 10 ** Math.floor(Math.log10(wanted));
  const step =
    [1, 2, 5, 10]
      .map((factor) => (factor * size) / (wanted / size > 5 ? 2 : 4))
      .find((value) => value * 4 >= wanted && Number.isInteger(value)) ?? 1;
  const top = Math.ceil(wanted / step) * step;
  return { top, lines: Array.from({ length: Math.round(top / step) }, (_, index) => (index + 1) * step) };
}
