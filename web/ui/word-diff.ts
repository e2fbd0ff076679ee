import { diffLines, diffWordsWithSpace } from "diff";

export interface Piece {
  readonly text: string;
  readonly side: "both" | "a" | "b";
}

// Word by word costs with the square of what differs; longer texts are laid beside one another by lines.
const mostByWord = 20_000;
const patienceMs = 400;

/** What two texts share and what only one has; null where that would take too long. */
export function wordDiff(a: string, b: string): readonly Piece[] | null {
  const options = { timeout: patienceMs };
  const isLong = a.length + b.length > mostByWord;
  const parts = isLong ? diffLines(a, b, options) : diffWordsWithSpace(a, b, options);
  return (
    parts?.map(({ value, added, removed }) => ({ text: value, side: added ? "b" : removed ? "a" : "both" })) ?? null
  );
}

/** Long stretches that both have, cut to their ends: what differs is what is read. */
export function shortened(pieces: readonly Piece[], context = 240): readonly Piece[] {
  return pieces.map((piece, index) => {
    if (piece.side !== "both" || piece.text.length <= context * 2 + 40) return piece;
    const head = index === 0 ? "" : piece.text.slice(0, context);
    const tail = index === pieces.length - 1 ? "" : piece.text.slice(-context);
    return { ...piece, text: `${head} … ${tail}` };
  });
}
