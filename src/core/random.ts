/** Numbers in [0, 1), as `Math.random`. */
export type Random = () => number;

/** A small seeded generator (mulberry32, Tommy Ettinger, public domain): the same seed gives the same numbers. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// Taken before a flow host guards `Math.random` against use in flow bodies.
export const systemRandom: Random = Math.random;
