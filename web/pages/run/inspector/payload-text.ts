import { bytes } from "../../../data/format.ts";

/** How a value is shown: as words where it is words, else as JSON; never more than the page can bear. */
export interface PayloadText {
  readonly text: string;
  readonly isJson: boolean;
  /** Left out behind the end, in characters; 0: nothing. */
  readonly cut: number;
}

// A text of this length is laid out in a few milliseconds; coloured JSON is one element for each token.
export const mostPlain = 100_000;
export const mostJson = 20_000;

export function payloadText(value: unknown): PayloadText {
  if (typeof value === "string") return cutTo(value, mostPlain, false);
  return cutTo(JSON.stringify(value, shortened, 2) ?? "undefined", mostJson, true);
}

function cutTo(text: string, most: number, isJson: boolean): PayloadText {
  return { text: text.slice(0, most), isJson: isJson && text.length <= most, cut: Math.max(0, text.length - most) };
}

// Pictures and the like: nobody reads them, and one line of a megabyte stops the browser.
const leastBase64 = 2_048;
const base64 = /^(?:data:([\w/+.-]+);base64,)?[A-Za-z0-9+/]{512}/;

function shortened(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length < leastBase64) return value;
  const found = base64.exec(value);
  if (!found || value.includes(" ")) return value;
  return `‹${found[1] ?? "base64"}, ${bytes(Math.round(value.length * 0.75))}›`;
}
