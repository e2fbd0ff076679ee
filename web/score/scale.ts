import type { Gap } from "./idle.ts";

/** Time to place: a share of the width from 0 to 1, and back. Outside of the window the shares go on below 0 and above 1. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  share(at: number): number;
  time(share: number): number;
  readonly gaps: readonly ScaledGap[];
}

export interface ScaledGap extends Gap {
  readonly left: number;
  readonly right: number;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
}

// Wide enough for its two ticks and a break between them; all of them together never more than a third.
const gapShare = 0.03;
const mostGapShare = 0.33;

/** Gaps inside the window are drawn as narrow breaks; everything else is in proportion. */
export function createScale(from: number, to: number, gaps: readonly Gap[] = []): Scale {
  const end = Math.max(to, from + 1);
  const pieces = cut(from, end, gaps);
  return {
    from,
    to: end,
    share: (at) => interpolate(pieces, at, true),
    time: (share) => interpolate(pieces, share, false),
    gaps: pieces.filter((piece): piece is Piece & { isGap: true } => piece.isGap),
  };
}

type CutPiece = Piece & { readonly isGap: boolean };

function cut(from: number, to: number, gaps: readonly Gap[]): CutPiece[] {
  const inside = gaps
    .map((gap) => ({ from: Math.max(from, gap.from), to: Math.min(to, gap.to) }))
    .filter((gap) => gap.to > gap.from);
  const idle = inside.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  // Where nothing but a gap is on the screen it is drawn as it is.
  if (inside.length === 0 || idle >= to - from) return [{ from, to, left: 0, right: 1, isGap: false }];
  const each = Math.min(gapShare, mostGapShare / inside.length);
  const perMs = (1 - each * inside.length) / (to - from - idle);
  const pieces: CutPiece[] = [];
  let at = from;
  let left = 0;
  const add = (until: number, width: number, isGap: boolean): void => {
    if (until > at) pieces.push({ from: at, to: until, left, right: left + width, isGap });
    if (until > at) left += width;
    at = Math.max(at, until);
  };
  for (const gap of inside) {
    add(gap.from, (gap.from - at) * perMs, false);
    add(gap.to, each, true);
  }
  add(to, (to - at) * perMs, false);
  return pieces;
}

function interpolate(pieces: readonly CutPiece[], value: number, toShare: boolean): number {
  const end = (piece: Piece): number => (toShare ? piece.to : piece.right);
  const piece = pieces.find((one) => value < end(one)) ?? pieces.at(-1);
  if (!piece) return 0;
  const { from, to, left, right } = piece;
  return toShare
    ? left + ((value - from) / (to - from)) * (right - left)
    : from + ((value - left) / (right - left)) * (to - from);
}
