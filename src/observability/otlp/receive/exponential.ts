import { choiceOf, messageOf, numberOf, numbersOf, type Message } from "../wire/field.ts";

const [lowest, highest] = [-14, 26];

/**
 * Powers of two from 61 millionths to 67 million: what exponential histograms are brought to, since series are added up
 * and need the same bounds for that. A power of two is a bound at every scale, so nothing is guessed but at scales below 0.
 */
export const commonBounds: readonly number[] = Array.from(
  { length: highest - lowest + 1 },
  (_, index) => 2 ** (lowest + index),
);

/** One count more than there are bounds. What is zero or less stands in the first bucket. */
export function toCommonBuckets(point: Message): number[] {
  const counts = [...commonBounds, Infinity].map(() => 0);
  const scale = choiceOf(point, "scale");
  const add = (bucket: number, count: number): void => {
    const place = Math.min(Math.max(bucket, 0), counts.length - 1);
    counts[place] = (counts[place] ?? 0) + count;
  };
  add(0, numberOf(point, "zeroCount") ?? 0);
  for (const { count } of bucketsIn(point, "negative")) add(0, count);
  for (const { index, count } of bucketsIn(point, "positive")) {
    // A bucket reaches to base ** (index + 1), where base is 2 ** (2 ** -scale).
    add(Math.ceil((index + 1) * 2 ** -scale) - lowest, count);
  }
  return counts;
}

function bucketsIn(point: Message, key: string): { index: number; count: number }[] {
  const buckets = messageOf(point, key) ?? {};
  const offset = choiceOf(buckets, "offset");
  return numbersOf(buckets, "bucketCounts").map((count, position) => ({ index: offset + position, count }));
}
