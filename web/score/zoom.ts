/** A window of time, in milliseconds since the run began. */
export interface Zoom {
  readonly from: number;
  readonly to: number;
}

// Closer than this there is nothing to see: times are whole milliseconds.
const leastMs = 5;

/** Zooms by a factor around the place of the pointer, and never out of the whole. */
export function zoomedAt(zoom: Zoom, { at, factor, whole }: { at: number; factor: number; whole: Zoom }): Zoom | null {
  const from = at - (at - zoom.from) * factor;
  const to = at + (zoom.to - at) * factor;
  return kept({ from, to }, whole);
}

/** Within the whole and not too narrow; null: the whole. */
export function kept({ from, to }: Zoom, whole: Zoom): Zoom | null {
  const middle = (from + to) / 2;
  const wide = to - from >= leastMs ? { from, to } : { from: middle - leastMs / 2, to: middle + leastMs / 2 };
  const inside = { from: Math.max(whole.from, wide.from), to: Math.min(whole.to, wide.to) };
  return inside.to - inside.from >= (whole.to - whole.from) * 0.999 ? null : inside;
}

/** Moved sideways by a part of its width. */
export function panned(zoom: Zoom, share: number, whole: Zoom): Zoom {
  const width = zoom.to - zoom.from;
  const from = Math.min(Math.max(whole.from, zoom.from + width * share), whole.to - width);
  return { from, to: from + width };
}

/** A bar with some air around it. */
export function around(from: number, to: number, whole: Zoom): Zoom | null {
  const air = Math.max(1, (to - from) * 0.08);
  return kept({ from: from - air, to: to + air }, whole);
}

export function readZoom(from: string | undefined, to: string | undefined): Zoom | null {
  const zoom = { from: Number(from ?? Number.NaN), to: Number(to ?? Number.NaN) };
  return Number.isFinite(zoom.from) && Number.isFinite(zoom.to) && zoom.to > zoom.from ? zoom : null;
}
