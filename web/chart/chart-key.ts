/** Where the cursor goes with a key, or null where it goes away; undefined where the key is of something else. */
export function moved(key: string, cursor: number | null, last: number): number | null | undefined {
  if (key === "ArrowLeft") return Math.max(0, (cursor ?? last + 1) - 1);
  if (key === "ArrowRight") return Math.min(last, (cursor ?? last - 1) + 1);
  if (key === "Home") return 0;
  if (key === "End") return last;
  return key === "Escape" && cursor !== null ? null : undefined;
}

/** A key makes the time half as long, or twice, around the cursor. */
export function zoomed(key: string, times: readonly number[], cursor: number | null): [number, number] | undefined {
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 0];
  const share = key === "+" ? 0.25 : key === "-" ? 1 : undefined;
  if (share === undefined || to <= from) return undefined;
  const middle = times[cursor ?? -1] ?? (from + to) / 2;
  return [middle - (to - from) * share, middle + (to - from) * share];
}
