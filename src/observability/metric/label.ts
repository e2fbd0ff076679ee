import type { Labels } from "../../core/metric.ts";

// Longer values are somebody's text, which has no place in a label.
const longestValue = 100;
export const otherValue = "other";

/** What names one thing out of endlessly many: ids of ours, UUIDs, digests, addresses of people. */
const oneOfMany =
  /^[a-z]{2,8}_[a-z\d]{12,}$|^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$|^[\da-f]{16,}$|^\S+@\S+\.\S+$/i;

/** A value that may stand in a label: of one line, not long, and no id. */
export function toLabelValue(value: string): string {
  if (oneOfMany.test(value)) return otherValue;
  // oxlint-disable-next-line no-control-regex -- what must not stand in a label is just that
  return value.replaceAll(/[\u0000-\u001f\u007f]+/g, " ").slice(0, longestValue);
}

/** Labels of other programs that tell one session or one person from another; without them their counts add up. */
export function namesOneOfMany(label: string): boolean {
  return /(^|_)(id|uuid|guid|email|hash)$/i.test(label);
}

/**
 * A label that a scraper takes: what begins with two underscores is Prometheus' own, and `le` is of the buckets. One
 * such label would lose it the whole page.
 */
export function toLabelName(name: string): string {
  const plain = name.replaceAll(/[^a-zA-Z\d_]/g, "_").replace(/^__+/, "_");
  return plain === "" || plain === "le" || /^\d/.test(plain) ? `_${plain}` : plain;
}

/** The same for the same labels, in whatever order they come. An empty value is no label. */
export function labelKey(labels: Labels): string {
  const names = Object.keys(labels).toSorted();
  return names.map((name) => `${name}\u0000${labels[name]}`).join("\u0001");
}
