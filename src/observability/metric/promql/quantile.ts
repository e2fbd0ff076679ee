export interface Bucket {
  readonly upTo: number;
  /** How many lay at the bound or below it. */
  readonly count: number;
}

/** The value below which a share of what was observed lies, as `histogram_quantile` of Prometheus finds it. */
export function bucketQuantile(share: number, given: readonly Bucket[]): number {
  if (Number.isNaN(share)) return Number.NaN;
  if (share < 0) return -Infinity;
  if (share > 1) return Infinity;
  const buckets = growing(given.toSorted((left, right) => left.upTo - right.upTo));
  const last = buckets.at(-1);
  // Without a bucket for all there is no saying how many there are; with no other, no saying where they lie.
  if (buckets.length < 2 || last?.upTo !== Infinity || last.count === 0 || Number.isNaN(last.count)) return Number.NaN;
  const rank = share * last.count;
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  // Above the highest bound nothing is known but that.
  if (found < 0) return buckets.at(-2)?.upTo ?? Number.NaN;
  const { upTo = 0, count = 0 } = buckets[found] ?? {};
  const below = found === 0 ? null : buckets[found - 1];
  if (!below && upTo <= 0) return upTo;
  const start = below?.upTo ?? 0;
  const before = below?.count ?? 0;
  return start + (upTo - start) * ((rank - before) / (count - before));
}

/** Buckets of the same bound are one, and none holds less than what it contains. */
function growing(sorted: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (const { upTo, count } of sorted) {
    const before = merged.at(-1);
    if (before?.upTo === upTo) merged.splice(-1, 1, { upTo, count: before.count + count });
    else merged.push({ upTo, count });
  }
  let most = -Infinity;
  return merged.map(({ upTo, count }) => ({ upTo, count: (most = Math.max(most, count)) }));
}
